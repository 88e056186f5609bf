import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { QuikThreadError } from '@quikthread/client';
import { paths, uploadIdOf, uploadSchema } from '@quikthread/contract';
import type { Upload, UploadRejection } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';
import { countWrites } from '../support/crash.js';
import { assertFailed } from '../support/jobs.js';
import { convertSample, longRecording, makeMedia, makeTone, SAMPLE } from '../support/media.js';
import { admin, closeAll, eventually, ports, signUp, signUpOn } from '../support/platform.js';

const MEGABYTE = 1024 * 1024;
const noise = ['-f', 'lavfi', '-i', 'anoisesrc=d=40:r=44100'];
const film = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=4,noise=alls=60:allf=t'];
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '10'];

/** Writes an object with an administrator's rights, past the rules, and answers its generation. */
async function put(storagePath: string, content: Buffer): Promise<string> {
  const file = admin().bucket.file(storagePath);
  await file.save(content, { resumable: false, contentType: 'audio/mpeg' });
  const [{ generation }] = await file.getMetadata();
  return String(generation);
}

async function exists(storagePath: string): Promise<boolean> {
  return (await admin().bucket.file(storagePath).exists())[0];
}

/** The upload of an object once it is settled, and all writes about it are done. */
async function settled(userId: string, filename: string, generation?: string): Promise<Upload> {
  return eventually(async () => {
    const document = await uploadRef(userId, filename).get();
    const upload = uploadSchema.parse(document.data());
    assert.notEqual(upload.status, 'pending');
    if (generation !== undefined) assert.equal(upload.generation, generation);
    return upload;
  });
}

function uploadRef(userId: string, filename: string) {
  return admin().firestore.doc(paths.upload(uploadIdOf(userId, filename)));
}

/** Delivers an event about an object as Eventarc does, and answers the handler's HTTP status. */
async function deliver(storagePath: string, generation: string, bytes: number): Promise<number> {
  const { bucket } = admin();
  const trigger = 'triggers/us-central1-onUploadFinalized-0';
  const answer = await fetch(
    `http://${ports.host('functions')}/functions/projects/${PROJECT_ID}/${trigger}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
      body: JSON.stringify({
        specversion: '1.0',
        id: randomUUID(),
        type: 'google.cloud.storage.object.v1.finalized',
        source: `//storage.googleapis.com/projects/_/buckets/${bucket.name}/objects/${storagePath}`,
        time: new Date().toISOString(),
        data: { bucket: bucket.name, name: storagePath, generation, size: String(bytes) },
      }),
    },
  );
  return answer.status;
}

describe('an upload', function () {
  this.timeout(120_000);
  let user: Session;
  beforeEach(async () => {
    user = await signUpOn('free');
  });
  after(closeAll);

  const at = (filename: string) => `users/${user.userId}/uploads/${filename}`;

  const recordings: readonly [string, () => Promise<string>, string, string][] = [
    ['talk.mp3', () => Promise.resolve(SAMPLE), 'mp3', 'mp3'],
    ['talk.m4a', () => convertSample('uploads.m4a', ['-c:a', 'aac', '-b:a', '96k']), 'mp4', 'aac'],
    ['talk.wav', () => convertSample('uploads.wav', ['-ar', '16000']), 'wav', 'pcm_s16le'],
    [
      'talk.webm',
      () => convertSample('uploads.webm', ['-c:a', 'libopus', '-b:a', '96k']),
      'webm',
      'opus',
    ],
    [
      'talk.mp4',
      () => makeMedia('uploads.mp4', [...film, ...noise, ...x264, '-shortest']),
      'mp4',
      'aac',
    ],
    [
      'wav-by-content.mp3',
      () => convertSample('uploads.wav', ['-ar', '16000']),
      'wav',
      'pcm_s16le',
    ],
  ];
  for (const [name, make, container, codec] of recordings) {
    it(`of ${name} is valid`, async () => {
      const upload = await user.client.uploadMedia(await openAsBlob(await make()), { name });
      assert.deepEqual(
        [upload.status, upload.container, upload.codec, upload.reason, upload.message],
        ['valid', container, codec, null, null],
      );
      assert.ok((upload.duration ?? 0) > 3 && upload.bytes > MEGABYTE);
      assert.equal(await exists(upload.storagePath), true);
    });
  }

  const text = (line: string) => () => Promise.resolve(Buffer.from(line.repeat(40_000)));
  const file = (name: string, args: readonly string[]) => async () =>
    readFile(await makeMedia(name, args));
  const refusals: Record<string, readonly [() => Promise<Buffer>, UploadRejection]> = {
    'a text file': [text('This is a text, and no recording at all.\n'), 'not_media'],
    'a playlist': [text('#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1/a.ts\n'), 'not_media'],
    'too little': [() => Promise.resolve(Buffer.from('ID3')), 'too_small'],
    'a silent film': [file('silent-film.mp4', [...film, ...x264]), 'no_audio'],
    FLAC: [file('noise.flac', noise), 'unsupported_container'],
    Ogg: [file('noise.ogg', [...noise, '-c:a', 'flac']), 'unsupported_container'],
    'a film cut short': [
      async () => {
        const whole = await readFile(await makeMedia('silent-film.mp4', [...film, ...x264]));
        return whole.subarray(0, Math.floor(whole.length * 0.9));
      },
      'unreadable',
    ],
    'half an hour and a minute': [async () => readFile(await longRecording()), 'too_long'],
  };
  for (const [name, [make, reason]] of Object.entries(refusals)) {
    it(`of ${name} named .mp3 is rejected as ${reason}, and deleted`, async () => {
      const generation = await put(at('talk.mp3'), await make());
      const upload = await settled(user.userId, 'talk.mp3', generation);
      assert.deepEqual([upload.status, upload.reason], ['rejected', reason]);
      assert.match(upload.message ?? '', /accepted|needs|allows|export/);
      await eventually(async () => {
        assert.equal(await exists(at('talk.mp3')), false);
      });
    });
  }

  it('that is refused tells its owner through the client', async () => {
    const recording = Buffer.from('This is a text, and no recording at all.\n'.repeat(40_000));
    const uploading = user.client.uploadMedia(recording, { name: 'talk.mp3' });
    await assert.rejects(uploading, (error: unknown) => {
      assert.ok(error instanceof QuikThreadError);
      assert.deepEqual(error.details, { code: 'upload_rejected', reason: 'not_media' });
      return true;
    });
  });

  it('of 31 minutes keeps its length for createJob, which names the plan that allows it', async () => {
    await put(at('long.wav'), await readFile(await longRecording()));
    const upload = await settled(user.userId, 'long.wav');
    assert.equal(Math.round(upload.duration ?? 0), 1860);
    assert.match(upload.message ?? '', /lasts 31 min; your plan allows up to 30 min.*Pro plan/);
    const creating = user.client.createJob({ type: 'upload', storagePath: at('long.wav') });
    await assert.rejects(creating, (error: unknown) => {
      assert.ok(error instanceof QuikThreadError);
      const { duration, ...details } = error.details as { duration: number };
      assert.equal(Math.round(duration), 1860);
      assert.deepEqual(details, { code: 'recording_too_long', maxDuration: 1800, nextPlan: 'pro' });
      return true;
    });
  });

  it('of 31 minutes is valid on the pro plan', async () => {
    const pro = await signUpOn('pro');
    const path = `users/${pro.userId}/uploads/long.wav`;
    await put(path, await readFile(await longRecording()));
    assert.equal((await settled(pro.userId, 'long.wav')).status, 'valid');
  });

  it('whose file is deleted after its validation makes a job fail as media_missing', async () => {
    const content = await readFile(await makeTone(15, 'wav'));
    const { storagePath } = await user.client.uploadMedia(content, { name: 'talk.wav' });
    await admin().bucket.file(storagePath).delete();
    const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
    await assertFailed(user, jobId, 'media_missing');
  });

  it('before initUser is judged by the free plan', async () => {
    const newcomer = await signUp();
    const path = `users/${newcomer.userId}/uploads/long.wav`;
    await put(path, await readFile(await longRecording()));
    assert.equal((await settled(newcomer.userId, 'long.wav')).reason, 'too_long');
  });

  it('whose event comes several times at once is written twice: pending, then the result', async () => {
    const sample = await readFile(SAMPLE);
    const generation = await put(at('talk.mp3'), sample);
    const statuses = await Promise.all(
      Array.from({ length: 4 }, () => deliver(at('talk.mp3'), generation, sample.length)),
    );
    assert.deepEqual(
      statuses.map((status) => status < 300),
      [true, true, true, true],
    );
    assert.equal((await settled(user.userId, 'talk.mp3')).status, 'valid');
    assert.equal(await countWrites(`^uploads/${user.userId}:talk`), 2);
  });

  it('whose rejection was written, but whose file was not deleted, is deleted by the next event', async () => {
    const sample = await readFile(SAMPLE);
    const generation = await put(at('talk.mp3'), sample);
    await settled(user.userId, 'talk.mp3');
    await uploadRef(user.userId, 'talk.mp3').update({ status: 'rejected', reason: 'not_media' });
    await deliver(at('talk.mp3'), generation, sample.length);
    assert.equal(await exists(at('talk.mp3')), false);
    assert.equal((await settled(user.userId, 'talk.mp3')).reason, 'not_media');
  });

  it('that replaces another one counts, and a late event of the old one changes nothing', async () => {
    const bad = Buffer.from('no recording '.repeat(100_000));
    const old = await put(at('talk.mp3'), bad);
    const generation = await put(at('talk.mp3'), await readFile(SAMPLE));
    assert.equal((await settled(user.userId, 'talk.mp3', generation)).status, 'valid');
    assert.ok((await deliver(at('talk.mp3'), old, bad.length)) < 300);
    const upload = await settled(user.userId, 'talk.mp3', generation);
    assert.deepEqual([upload.status, await exists(at('talk.mp3'))], ['valid', true]);
  });

  it('that is gone when its event comes leaves no trace', async () => {
    assert.ok((await deliver(at('gone.mp3'), '1700000000000000', 2 * MEGABYTE)) < 300);
    assert.equal((await uploadRef(user.userId, 'gone.mp3').get()).exists, false);
  });

  it('elsewhere in Storage is ignored', async () => {
    const path = `users/${user.userId}/fetched/talk.mp3`;
    const generation = await put(path, Buffer.from('ID3'));
    assert.ok((await deliver(path, generation, 3)) < 300);
    assert.equal(await exists(path), true);
    assert.equal(await countWrites(`^uploads/${user.userId}`), 0);
  });
});
