import { getFirestore } from 'firebase-admin/firestore';
import { initializeApp } from 'firebase-admin/app';
import { startEmulator } from '../emulators/firestore/server.js';
import { startBrowser } from '../emulators/firestore/specs/browser/browser.js';
import { quantile } from './quantile.js';

/**
 * How long after a server's write a listener in Chromium sees it, and how long a browser's own write
 * takes, on the Firestore stand-in in this process: `npm run bench:browser`. Times are of one clock, in milliseconds: from
 * before the write is sent to the listener's callback in the page, or to the settled promise.
 * Fails where a median is above what is promised.
 */
const PROJECT = 'demo-bench';
const WRITES = 200;
const WARM_UP = 20;
const PROMISED_MEDIAN_MS = 200;

const emulator = await startEmulator({ host: '127.0.0.1', port: 0 });
process.env['FIRESTORE_EMULATOR_HOST'] = `${emulator.host}:${emulator.port}`;
process.env['METADATA_SERVER_DETECTION'] = 'none';
const admin = getFirestore(initializeApp({ projectId: PROJECT }));
const browser = await startBrowser();

function summary(times: readonly number[]): Record<string, number> {
  const counted = times.slice(WARM_UP);
  return {
    samples: counted.length,
    median: quantile(counted, 0.5),
    p95: quantile(counted, 0.95),
    max: Math.max(...counted),
  };
}

const rows: Record<string, Record<string, number>> = {};
for (const transport of ['streaming', 'long polling'] as const) {
  const collection = `bench ${transport}`;
  const { page, context, events } = await browser.open({
    projectId: PROJECT,
    port: emulator.port,
    transport,
  });
  await page.evaluate((path) => {
    globalThis.client.followCollection('list', path);
  }, collection);
  await events('list').until(({ fromCache }) => !fromCache);

  const seen: number[] = [];
  const own: number[] = [];
  for (let n = 1; n <= WARM_UP + WRITES; n += 1) {
    const sentAt = Date.now();
    await admin.doc(`${collection}/one`).set({ n });
    const event = await events('list').until(({ documents }) => documents[0]?.[1] === n);
    seen.push(event.at - sentAt);
    own.push(
      await page.evaluate(
        async ([path, value]) => {
          const startedAt = Date.now();
          await globalThis.client.set(path, { n: value });
          return Date.now() - startedAt;
        },
        [`${collection} own/one`, n] as const,
      ),
    );
  }
  rows[`${transport}: a server's write is seen`] = summary(seen);
  rows[`${transport}: an own write is settled`] = summary(own);
  await context.close();
}
console.table(rows);
await browser.stop();
await emulator.close();
const isKept = Object.values(rows).every(({ median }) => (median ?? NaN) <= PROMISED_MEDIAN_MS);
process.exit(isKept ? 0 : 1);
