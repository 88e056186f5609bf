import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Firestore } from 'firebase-admin/firestore';
import {
  FunctionsServer,
  registerOldTrigger,
  registerTrigger,
  untilDelivered,
} from './functionsServer.js';
import type { Harness } from './harness.js';
import { startHarness } from './harness.js';

const FUNCTIONS = `
const { onDocumentCreated } = require('firebase-functions/v2/firestore');
const { runWith, firestore } = require('firebase-functions/v1');
const nothing = () => null;
exports.again = onDocumentCreated({ document: 'again/{id}', retry: true }, nothing);
exports.once = onDocumentCreated('once/{id}', nothing);
exports.old = { again: runWith({ failurePolicy: true }).firestore.document('oldAgain/{id}').onCreate(nothing) };
exports.oldOnce = firestore.document('oldOnce/{id}').onCreate(nothing);
`;

describe('triggers whose functions fail', () => {
  const functions = new FunctionsServer();
  let directory: string;
  let harness: Harness;
  let db: Firestore;

  before(async function () {
    this.timeout(60_000);
    directory = await mkdtemp(join(tmpdir(), 'functions-'));
    await writeFile(join(directory, 'index.js'), FUNCTIONS);
    await writeFile(join(directory, 'package.json'), '{ "main": "index.js" }');
    await symlink(resolve('functions/node_modules'), join(directory, 'node_modules'));
    const names = ['again', 'once', 'old-again', 'oldOnce'];
    functions.backends = [
      {
        directory,
        env: {},
        functionTriggers: names.map((name) => ({ id: `us-central1-${name}`, name })),
      },
    ];
    harness = await startHarness({
      functionsEmulator: await functions.start(),
      retry: { firstDelayMs: 10, maxDelayMs: 20 },
    });
    db = harness.admin();
    for (const name of ['again', 'once', 'stranger']) {
      await registerTrigger(harness, `us-central1-${name}-0`, 'created', `${name}/{id}`);
    }
    const root = '(default)/documents';
    await registerOldTrigger(harness, 'us-central1-old-again-0', 'create', `${root}/oldAgain/{id}`);
    await registerOldTrigger(harness, 'us-central1-oldOnce-0', 'create', `${root}/oldOnce/{id}`);
    functions.answers = [500];
    await db.doc('again/first').set({});
    await untilDelivered(harness);
  });
  beforeEach(async () => {
    await harness.clear();
    functions.reset();
  });
  after(async () => {
    await harness.stop();
    functions.close();
    await rm(directory, { recursive: true });
  });

  /** How often a function gets the event of a document's creation, whose answers are these. */
  const attempts = async (path: string, ...answers: (number | 'cut')[]): Promise<number> => {
    functions.answers = answers;
    await db.doc(path).set({ n: 1 });
    await untilDelivered(harness);
    return functions.received.seen.length;
  };

  it('get an event again, under the same id, until they accept it, where retry is on', async () => {
    assert.equal(await attempts('again/1', 500, 'cut', 503), 4);
    const ids = functions.received.seen.map(({ headers }) => headers['ce-id']);
    assert.equal(new Set(ids).size, 1);
    functions.reset();
    assert.equal(await attempts('oldAgain/1', 500, 400), 3);
  });

  it('get an event once where retry is off, or not known to be on', async () => {
    for (const path of ['once/1', 'oldOnce/1', 'stranger/1']) {
      functions.reset();
      assert.equal(await attempts(path, 500), 1);
    }
  });

  it('get an event again that may not have reached them, retry or not', async () => {
    assert.equal(await attempts('once/1', 'cut', 'cut'), 3);
  });
});
