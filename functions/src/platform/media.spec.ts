import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { cert, deleteApp, initializeApp } from 'firebase-admin/app';
import type { App } from 'firebase-admin/app';
import { MEDIA_URL_SECONDS, mediaUrl } from './media.js';

describe('mediaUrl', () => {
  const object = { storagePath: 'users/u1/uploads/my talk.mp3', generation: '1763712000000000' };
  const emulator = process.env['FIREBASE_STORAGE_EMULATOR_HOST'];
  let app: App;

  before(() => {
    delete process.env['FIREBASE_STORAGE_EMULATOR_HOST'];
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const account = { projectId: 'demo', clientEmail: 'a@demo.test', privateKey: key };
    app = initializeApp({ credential: cert(account), storageBucket: 'demo-bucket' });
  });
  afterEach(() => {
    delete process.env['FIREBASE_STORAGE_EMULATOR_HOST'];
  });
  after(async () => {
    if (emulator !== undefined) process.env['FIREBASE_STORAGE_EMULATOR_HOST'] = emulator;
    await deleteApp(app);
  });

  it('is a signed URL of one generation for two hours at most', async () => {
    const url = new URL(await mediaUrl(object));
    assert.equal(url.origin, 'https://storage.googleapis.com');
    assert.equal(url.pathname, '/demo-bucket/users/u1/uploads/my%20talk.mp3');
    assert.equal(url.searchParams.get('generation'), object.generation);
    assert.equal(url.searchParams.get('X-Goog-SignedHeaders'), 'host');
    assert.ok(url.searchParams.get('X-Goog-Signature'));
    const seconds = Number(url.searchParams.get('X-Goog-Expires'));
    assert.ok(seconds > 0 && seconds <= MEDIA_URL_SECONDS, `${seconds} s`);
  });

  it("is the emulator's download URL under the emulator", async () => {
    process.env['FIREBASE_STORAGE_EMULATOR_HOST'] = '127.0.0.1:9199';
    assert.equal(
      await mediaUrl(object),
      'http://127.0.0.1:9199/download/storage/v1/b/demo-bucket/o/users%2Fu1%2Fuploads%2Fmy%20talk.mp3?alt=media',
    );
  });
});
