import assert from 'node:assert/strict';
import type { RulesTestContext, RulesTestEnvironment } from '@firebase/rules-unit-testing';
import { callers, contextsOf, isAllowed, startEnvironment, type Caller } from './environment.js';

/** Not the bucket that the functions listen to. */
const BUCKET = 'gs://demo-quikthread-rules.appspot.com';
const MEGABYTE = 1024 * 1024;
const bytes = new Uint8Array(MEGABYTE);
const audio = { contentType: 'audio/mpeg' };

const operations = ['get', 'list', 'overwrite', 'change metadata', 'delete'] as const;
type Operation = (typeof operations)[number];

/** A file of each folder, and what its owner may do; nobody else may do anything. */
const files: readonly (readonly [path: string, ownerMay: readonly Operation[]])[] = [
  ['users/owner/uploads/talk.mp3', ['get', 'list', 'delete']],
  ['users/owner/fetched/episode.mp3', ['get']],
  ['users/owner/other.mp3', []],
  ['public.mp3', []],
];

describe('storage.rules', () => {
  let environment: RulesTestEnvironment;
  let contexts: Readonly<Record<Caller, RulesTestContext>>;
  const storageOf = (caller: Caller) => contexts[caller].storage(BUCKET);
  const upload = async (caller: Caller, path: string, data = bytes, metadata: object = audio) => {
    await storageOf(caller).ref(path).put(data, metadata);
  };

  function attempt(caller: Caller, path: string, operation: Operation): Promise<unknown> {
    const file = storageOf(caller).ref(path);
    switch (operation) {
      case 'get':
        return file.getMetadata();
      case 'list':
        return (file.parent ?? file).listAll();
      case 'overwrite':
        return upload(caller, path);
      case 'change metadata':
        return file.updateMetadata({ customMetadata: { note: 'changed' } });
      case 'delete':
        return file.delete();
    }
  }

  before(async () => {
    environment = await startEnvironment('storage');
    contexts = contextsOf(environment);
  });
  beforeEach(async () => {
    await environment.clearStorage();
    await environment.withSecurityRulesDisabled(async (context) => {
      for (const [path] of files) await context.storage(BUCKET).ref(path).put(bytes, audio);
    });
  });
  after(async () => {
    await environment.cleanup();
  });

  for (const [path, ownerMay] of files) {
    for (const caller of callers) {
      const expected = caller === 'owner' ? ownerMay : [];
      it(`${caller} may ${expected.join(' and ') || 'do nothing with'} ${path}`, async () => {
        const allowed: Operation[] = [];
        for (const operation of operations) {
          if (await isAllowed(attempt(caller, path, operation))) allowed.push(operation);
        }
        assert.deepEqual(allowed, expected);
      });
    }
  }

  it('the owner uploads a file of 1 MB, whose content the rules cannot see', async () => {
    assert.ok(await isAllowed(upload('owner', 'users/owner/uploads/new.mp3')));
    const text = new TextEncoder().encode('not a recording '.repeat(MEGABYTE / 16));
    assert.ok(await isAllowed(upload('owner', 'users/owner/uploads/text.mp3', text)));
  });

  const refused: readonly (readonly [
    title: string,
    path: string,
    options: {
      readonly caller?: Caller;
      readonly data?: Uint8Array<ArrayBuffer>;
      readonly type?: string;
    },
  ])[] = [
    ['by nobody', 'users/owner/uploads/new.mp3', { caller: 'anonymous' }],
    ['by another user', 'users/owner/uploads/new.mp3', { caller: 'other' }],
    ['of a wrong type', 'users/owner/uploads/new.mp3', { type: 'text/plain' }],
    ['of a wrong extension', 'users/owner/uploads/new.exe', {}],
    ['below 1 MB', 'users/owner/uploads/new.mp3', { data: bytes.subarray(1) }],
    ['into a folder of the uploads', 'users/owner/uploads/folder/new.mp3', {}],
    ['under fetched/', 'users/owner/fetched/new.mp3', {}],
    ['beside the uploads', 'users/owner/new.mp3', {}],
    ['at the root', 'new.mp3', {}],
  ];
  for (const [title, path, { caller = 'owner', data = bytes, type }] of refused) {
    it(`refuses an upload ${title}`, async () => {
      const attempted = upload(caller, path, data, type ? { contentType: type } : audio);
      assert.equal(await isAllowed(attempted), false);
    });
  }
});
