import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FieldValue, GeoPoint, Timestamp } from 'firebase-admin/firestore';
import { startEmulator } from '../server.js';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

const NAME = 'firestore_export';

describe('exports', () => {
  let folder: string;
  let harnesses: Harness[] = [];

  const start = async (...options: Parameters<typeof startHarness>): Promise<Harness> => {
    const harness = await startHarness(...options);
    harnesses.push(harness);
    return harness;
  };
  const save = (harness: Harness): ReturnType<Harness['http']> =>
    harness.http('POST', `/emulator/v1/projects/${PROJECT}:export`, {
      database: `projects/${PROJECT}/databases/(default)`,
      export_directory: folder,
      export_name: NAME,
    });
  const metadataFile = (): string => join(folder, NAME, `${NAME}.overall_export_metadata`);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'export-'));
  });
  afterEach(async () => {
    await Promise.all(harnesses.map((harness) => harness.stop()));
    harnesses = [];
    await rm(folder, { recursive: true });
  });

  it('bring back documents as they were, with their times', async () => {
    const first = await start();
    const before = first.admin();
    const data = {
      nothing: null,
      integer: Number.MAX_SAFE_INTEGER,
      doubles: [0.1, -0, Infinity, NaN],
      when: new Timestamp(1_700_000_000, 123_456_000),
      text: 'naïve 🎧\n\u2028 "quoted"',
      bytes: Buffer.from([0, 255, 1]),
      ref: before.doc('users/u1'),
      place: new GeoPoint(52.5, -13.4),
      map: { 'odd.key': { inner: true }, empty: {}, none: [] },
      vector: FieldValue.vector([1, 2, 3]),
    };
    await before.doc('things/ä b').set(data);
    await before.doc('things/missing/below/one').set({ n: 1 });
    assert.equal((await save(first)).status, 200);

    const after = (await start({ seedFromExport: metadataFile() })).admin();
    const [old, read] = [await before.doc('things/ä b').get(), await after.doc('things/ä b').get()];
    const { ref, ...values } = read.data() ?? {};
    const { ref: oldRef, ...oldValues } = old.data() ?? {};
    assert.deepEqual(values, oldValues);
    assert.equal((ref as typeof data.ref).path, (oldRef as typeof data.ref).path);
    assert.ok(old.createTime?.isEqual(read.createTime as Timestamp));
    assert.ok(old.updateTime?.isEqual(read.updateTime as Timestamp));
    assert.equal((await after.collectionGroup('below').get()).size, 1);
    const { writeTime } = await after.doc('things/ä b').set({});
    assert.ok(writeTime.toMillis() >= (old.updateTime?.toMillis() ?? 0));
  });

  it('hold what was there when they began', async () => {
    const harness = await start();
    const db = harness.admin();
    const writer = db.bulkWriter();
    for (let n = 0; n < 1000; n += 1) void writer.set(db.doc(`a/${n}`), { n });
    await writer.close();
    const [answer] = await Promise.all([save(harness), db.doc('a/new').set({})]);
    assert.equal(answer.status, 200);
    const seeded = (await start({ seedFromExport: metadataFile() })).admin();
    assert.ok((await seeded.collection('a').get()).size >= 1000);
  });

  it('of nothing are nothing', async () => {
    assert.equal((await save(await start())).status, 200);
    const seeded = (await start({ seedFromExport: metadataFile() })).admin();
    assert.deepEqual(await seeded.listCollections(), []);
  });

  it('are refused by name and line where they are damaged', async () => {
    const harness = await start();
    await harness.admin().doc('things/a').set({});
    await save(harness);
    const documents = join(folder, NAME, 'documents.jsonl');
    const seed = () =>
      startEmulator({ host: '127.0.0.1', port: 0, seedFromExport: metadataFile() });
    await appendFile(documents, '{"name":\n');
    const line = (error: Error) => error.message.startsWith(`${documents}:2 is not a document: `);
    await assert.rejects(seed(), line);
    await rm(documents);
    await assert.rejects(seed(), (error: Error) => error.message.includes(documents));
  });

  it('are refused where they are not of this program', async () => {
    const file = join(folder, 'other.overall_export_metadata');
    await writeFile(file, Buffer.from([10, 3, 1, 2, 3]));
    const started = startEmulator({ host: '127.0.0.1', port: 0, seedFromExport: file });
    await assert.rejects(started, /is not an export of this emulator/);
    const harness = await start();
    assert.equal((await harness.http('POST', `/emulator/v1/projects/p:export`, {})).status, 400);
  });
});
