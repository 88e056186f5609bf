import assert from 'node:assert/strict';
import type { Firestore } from 'firebase-admin/firestore';
import { FieldValue } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

const DATABASE = `projects/${PROJECT}/databases/(default)`;
const MAX_REQUEST_BYTES = 11_534_336;
const TOO_LARGE = `Request payload size exceeds the limit: ${MAX_REQUEST_BYTES} bytes.`;

const INVALID_ARGUMENT = 3;

describe('limits', () => {
  let harness: Harness;
  let db: Firestore;

  before(async () => {
    harness = await startHarness();
    db = harness.admin();
  });
  after(() => harness.stop());

  const post = (path: string, body: string | URLSearchParams): Promise<Response> =>
    fetch(`http://127.0.0.1:${harness.emulator.port}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer owner' },
      body,
    });

  describe('of a request’s size', () => {
    it('hold over gRPC', async () => {
      const commit = async (count: number): Promise<void> => {
        const batch = db.batch();
        for (let i = 0; i < count; i++) {
          batch.set(db.doc(`large/${i}`), { text: 'x'.repeat(1_000_000) });
        }
        await batch.commit();
      };
      await commit(11);
      await assert.rejects(commit(12), {
        code: INVALID_ARGUMENT,
        message: `3 INVALID_ARGUMENT: ${TOO_LARGE}`,
      });
    });

    it('hold over REST', async () => {
      const path = `/v1/${DATABASE}/documents:commit`;
      assert.equal((await post(path, '{}'.padEnd(MAX_REQUEST_BYTES))).status, 200);
      const refused = await post(path, '{}'.padEnd(MAX_REQUEST_BYTES + 1));
      assert.equal(refused.status, 400);
      assert.deepEqual(await refused.json(), {
        error: { code: 400, message: TOO_LARGE, status: 'INVALID_ARGUMENT' },
      });
    });

    it('hold over WebChannel, for each message', async () => {
      const path = '/google.firestore.v1.Firestore/Write/channel?VER=8';
      const form = new URLSearchParams({ count: '2', ofs: '0' });
      form.set('req0___data__', JSON.stringify({ database: DATABASE }));
      form.set('req1___data__', 'x'.repeat(MAX_REQUEST_BYTES + 1));
      const welcome = await (await post(`${path}&RID=1`, form)).text();
      const session = /"c","([^"]+)"/.exec(welcome)?.[1] ?? '';
      let told = '';
      for (let acknowledged = 0; !told.includes('close'); acknowledged += 1) {
        const query = `RID=rpc&CI=1&SID=${session}&AID=${acknowledged}`;
        const url = `http://127.0.0.1:${harness.emulator.port}${path}&${query}`;
        told += await (await fetch(url)).text();
      }
      assert.ok(told.includes(TOO_LARGE));
    });
  });

  it('hold for the transforms of a document in one commit, not for those of several', async () => {
    const commit = async (...counts: number[]): Promise<void> => {
      const batch = db.batch();
      for (const [index, count] of counts.entries()) {
        const names = Array.from({ length: count }, (_, i) => `w${index}_${i}`);
        const data = Object.fromEntries(names.map((name) => [name, FieldValue.increment(1)]));
        batch.set(db.doc('counters/1'), data, { merge: true });
      }
      batch.set(db.doc('counters/2'), { n: FieldValue.increment(1) });
      await batch.commit();
    };
    await commit(250, 250);
    const message =
      '3 INVALID_ARGUMENT: cannot have more than 500 field transforms on a single document';
    await assert.rejects(commit(501), { code: INVALID_ARGUMENT, message });
    await assert.rejects(commit(250, 251), { code: INVALID_ARGUMENT, message });
  });
});
