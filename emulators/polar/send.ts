import { parseArgs } from 'node:util';
import { z } from 'zod';

const USAGE = `usage: npx tsx emulators/polar/send.ts --user UID STEP…

Plays a history on the Polar stand-in, which sends its events, signed, to its webhook. A step is buy:PRODUCT,
change:PRODUCT, cancel, uncancel, past_due, recover, cycle, pause, resume, revoke, refund or refund_part;
products are prod_pro, prod_business, prod_pro_yearly and prod_business_yearly.

  --user UID         the customer's external id; without it, a customer known by the address alone
  --email ADDRESS    the customer's address (default: customer@example.com)
  --only TYPE        sends events of this type alone, e.g. subscription.revoked; may be repeated
  --duplicate        sends each event twice
  --reverse          sends the last event first
  --delay-ms N       holds every second event back for so long
  --url URL          the stand-in (default: POLAR_STAND_IN, or http://127.0.0.1:4604)

for example: npx tsx emulators/polar/send.ts --user abc --reverse --duplicate buy:prod_pro cancel`;

const answerSchema = z.object({ events: z.array(z.looseObject({ type: z.string() })) });

/** The events of a history, in the order and as often as the options ask. */
function arrange(events: readonly { type: string }[], options: ReturnType<typeof read>['values']) {
  const { only = [], duplicate, reverse } = options;
  const chosen = events.filter(({ type }) => only.length === 0 || only.includes(type));
  const delayMs = Number(options['delay-ms']);
  const sent = chosen.map((event, index) => ({
    event,
    times: duplicate ? 2 : 1,
    delayMs: index % 2 === 1 ? delayMs : 0,
  }));
  return reverse ? sent.reverse() : sent;
}

function read() {
  return parseArgs({
    allowPositionals: true,
    options: {
      user: { type: 'string' },
      email: { type: 'string' },
      only: { type: 'string', multiple: true },
      duplicate: { type: 'boolean', default: false },
      reverse: { type: 'boolean', default: false },
      'delay-ms': { type: 'string', default: '0' },
      url: { type: 'string' },
    },
  });
}

async function control(base: string, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${base}/_control/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function main(): Promise<void> {
  const { values, positionals: steps } = read();
  if (steps.length === 0) throw new Error(USAGE);
  const base = values.url ?? process.env['POLAR_STAND_IN'] ?? 'http://127.0.0.1:4604';
  const { user: externalId, email } = values;
  const who = { ...(externalId !== undefined && { externalId }), ...(email && { email }) };
  const { events } = answerSchema.parse(
    await control(base, 'actions', { ...who, steps, hold: true }),
  );
  const history = arrange(events, values);
  await control(base, 'histories', { events: history });
  for (const { event, times } of history) console.log(`${event.type}${times > 1 ? ' ×2' : ''}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
