import { spawnSync } from 'node:child_process';
import type { Firestore } from 'firebase-admin/firestore';
import { FieldPath, Filter } from 'firebase-admin/firestore';
import type { Program } from './firestore/program.js';
import { clientOf, startProgram } from './firestore/program.js';
import { quantile } from './quantile.js';

/**
 * The Firestore stand-in's speed and memory, in a process of its own: `npm run bench:firestore`.
 * How soon it answers; 100,000 documents written in batches with a listener to all of them, from the
 * first batch to the last; queries by a field over a part and over all of them. Exits with 1 where
 * a bound is not met. BENCH_PORT chooses the port.
 */
const DOCUMENTS = 100_000;
const BATCH = 500;
const PORT = Number(process.env['BENCH_PORT'] ?? 34_100);
const STARTS = 7;
/** How many documents each query gives, however many there are. */
const RESULT = 20;

const median = (figures: readonly number[]): number => quantile(figures, 0.5);

const missed: string[] = [];

/** Prints a figure beside its bound. */
function report(what: string, figure: number, bound: number, unit: string): void {
  const met = figure <= bound;
  if (!met) missed.push(what);
  const line = `${what}: ${figure.toFixed(2)} ${unit}, at most ${bound} ${unit}`;
  console.log(`${met ? 'ok    ' : 'MISSED'} ${line}`);
}

async function ready(): Promise<void> {
  const figures: number[] = [];
  const bare: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const program = await startProgram(PORT);
    figures.push(program.readyMs);
    await program.stop();
    const startedAt = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    bare.push(performance.now() - startedAt);
  }
  console.log(`       Node alone takes ${median(bare).toFixed(0)} ms here`);
  report('ready to answer, median', median(figures), 300, 'ms');
}

/** Writes documents `from`… in batches, each awaited with its listener, and answers what each took. */
async function write(db: Firestore, from: number, to: number): Promise<number[]> {
  const took: number[] = [];
  const writer = db.bulkWriter({ throttling: false });
  for (let first = from; first < to; first += BATCH) {
    const startedAt = performance.now();
    for (let n = first; n < first + BATCH; n += 1) {
      const id = ((n * 7919) % DOCUMENTS).toString().padStart(6, '0');
      void writer.set(db.doc(`items/${id}`), {
        rank: n,
        owner: `user-${Math.floor(n / RESULT)}`,
        isDone: n % 2 === 0,
        tags: [`group-${Math.floor(n / RESULT)}`],
      });
    }
    await writer.flush();
    took.push(performance.now() - startedAt);
  }
  await writer.close();
  return took;
}

/** The median time of queries of each kind. */
async function queries(db: Firestore, documents: number): Promise<Record<string, number>> {
  const items = db.collection('items');
  const kinds = {
    equality: (n: number) => items.where('owner', '==', `user-${n}`),
    range: (n: number) => items.where('rank', '>=', n * 10).where('rank', '<', n * 10 + RESULT),
    'order and limit': () => items.orderBy('rank', 'desc').limit(RESULT),
    in: (n: number) => items.where('owner', 'in', [`user-${n}`, `user-${n + 1}`]),
    'array-contains': (n: number) => items.where('tags', 'array-contains', `group-${n}`),
    'array-contains-any': (n: number) =>
      items.where('tags', 'array-contains-any', [`group-${n}`, `group-${n + 1}`]),
    or: (n: number) =>
      items.where(
        Filter.or(
          Filter.where('owner', '==', `user-${n}`),
          Filter.where('tags', 'array-contains', `group-${n + 1}`),
        ),
      ),
    'page by name': (n: number) =>
      items.orderBy(FieldPath.documentId()).startAt(String(n).padStart(6, '0')).limit(RESULT),
  };
  const result: Record<string, number> = {};
  for (const [kind, query] of Object.entries(kinds)) {
    const first = performance.now();
    await query(1).get();
    const firstMs = performance.now() - first;
    const figures: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      const startedAt = performance.now();
      await query(n).get();
      figures.push(performance.now() - startedAt);
    }
    result[kind] = median(figures);
    console.log(
      `       ${kind}, ${documents} documents: ${median(figures).toFixed(2)} ms, the first ${firstMs.toFixed(0)} ms`,
    );
  }
  return result;
}

async function load(program: Program): Promise<void> {
  const db = clientOf(program);
  const called = performance.now();
  await db.doc('items/none').get();
  const callMs = performance.now() - called;
  console.log(
    `       the first call by gRPC: ${callMs.toFixed(0)} ms, the client's loading and ours with it`,
  );
  let isSeen = (): void => undefined;
  const stop = db.collection('items').onSnapshot((snapshot) => {
    if (snapshot.size === DOCUMENTS) isSeen();
  });
  const all = new Promise<void>((resolve) => (isSeen = resolve));
  const tenth = DOCUMENTS / 10;
  const early = await write(db, 0, tenth);
  const few = await queries(db, tenth);
  const late = await write(db, tenth, DOCUMENTS);
  await all;
  const beginning = median(early.slice(early.length / 2));
  const end = median(late.slice(-early.length / 2));
  console.log(
    `       a batch of ${BATCH} took ${beginning.toFixed(1)} ms, then ${end.toFixed(1)} ms`,
  );
  report('cost of a batch at the end', end / beginning, 1.5, 'times that at the beginning');
  const many = await queries(db, DOCUMENTS);
  const startedAt = performance.now();
  await db.collectionGroup('items').where('rank', '<', RESULT).get();
  const built = (performance.now() - startedAt).toFixed(0);
  console.log(`       a query that builds an index of ${DOCUMENTS} documents: ${built} ms`);
  for (const [kind, took] of Object.entries(many)) {
    const ratio = took / (few[kind] ?? NaN);
    report(`${kind}: ten times the documents, the same result`, ratio, 2, 'times as long');
  }
  stop();
  await db.terminate();
}

async function main(): Promise<void> {
  await ready();
  const program = await startProgram(PORT);
  await load(program);
  const { now, most } = await program.memory();
  report('memory after all writes', now, 300, 'MiB');
  report('memory at its most', most, 300, 'MiB');
  await program.stop();
}

await main();
process.exitCode = missed.length === 0 ? 0 : 1;
