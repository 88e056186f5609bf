import { z } from 'zod';
import { startEmulator } from '../emulators/firestore/server.js';
import { resetQuotas } from '../functions/src/features/maintenance/resetQuotas.js';
import { newUser } from '../functions/src/features/users/newUser.js';
import { closeFirestores, openFirestore } from '../functions/src/testing/firestore.js';

/**
 * What the hourly reset reads and writes where 1% of 100,000 users are due, on the Firestore stand-in in this
 * process: `npm run bench:resets`. Writes are what the stand-in counted; reads are the users that the
 * query gave, and one for a query that ends without any, as Firestore charges them.
 */
const USERS = 100_000;
const DUE = 1_000;
const now = new Date('2026-11-21T10:00:00Z');

const emulator = await startEmulator({ host: '127.0.0.1', port: 0 });
const address = `${emulator.host}:${emulator.port}`;
process.env['FIRESTORE_EMULATOR_HOST'] = address;
const db = openFirestore('demo-bench');

/** Users of November, but for those who were left in October: every hundredth. */
async function makeUsers(): Promise<void> {
  const writer = db.bulkWriter({ throttling: false });
  for (let index = 0; index < USERS; index += 1) {
    const isDue = index % (USERS / DUE) === 0;
    const since = new Date(isDue ? '2026-10-10T00:00:00Z' : '2026-11-10T00:00:00Z');
    const userId = `user-${((index * 7919) % USERS).toString().padStart(6, '0')}`;
    const user = { ...newUser(userId, null, since), creditsUsed: 2, creditsReserved: 1 };
    void writer.set(db.doc(`users/${userId}`), user);
    if (index % 5_000 === 0) await writer.flush();
  }
  await writer.close();
}

async function writesSoFar(): Promise<number> {
  const answer = await fetch(`http://${address}/emulator/v1/writes?path=`);
  return z.object({ count: z.number() }).parse(await answer.json()).count;
}

await makeUsers();
const rows: Record<string, Record<string, number>> = {};
for (const run of ['first run', 'second run']) {
  const before = await writesSoFar();
  const startedAt = performance.now();
  const { due, reset } = await resetQuotas(
    { db },
    { now, limit: USERS, userId: null, dryRun: false },
  );
  const tookMs = Math.round(performance.now() - startedAt);
  const writes = (await writesSoFar()) - before;
  rows[run] = { users: USERS, reads: Math.max(1, due), writes, reset, 'took ms': tookMs };
}
console.table(rows);
await closeFirestores();
await emulator.close();
