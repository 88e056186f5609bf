import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { JobStatus } from '@quikthread/contract';
import { deleteObject, getBytes, getStorage, listAll, ref, uploadBytes } from 'firebase/storage';
import type { Session } from '../../scripts/platform/session.js';
import { emulatedApp } from '../../scripts/platform/session.js';
import { assertCompletedOnce, scriptedSpeech, SPEECH } from '../support/jobs.js';
import { longRecording, makeTone } from '../support/media.js';
import {
  cutHalfway,
  inTurn,
  media,
  redirect,
  startMediaHost,
  status,
} from '../support/mediaHost.js';
import type { Answer, MediaHost } from '../support/mediaHost.js';
import { admin, closeAll, ports, signUp, signUpOn } from '../support/platform.js';
import { deepgram } from '../support/standIns.js';

describe('a job of a link', function () {
  this.timeout(120_000);
  let host: MediaHost;
  let user: Session;
  let talk: Buffer;
  const routes: Record<string, Answer> = {};

  before(async () => {
    talk = await readFile(await makeTone(15, 'wav'));
  });
  beforeEach(async () => {
    await deepgram.reset();
    await deepgram.fault(scriptedSpeech);
    host = await startMediaHost(routes);
    user = await signUpOn('free');
  });
  afterEach(async () => {
    for (const path of Object.keys(routes)) Reflect.deleteProperty(routes, path);
    await host.close();
  });
  after(closeAll);

  /** Makes a job of the link, and waits for its one success and the one object that it leaves. */
  async function complete(path: string): Promise<JobStatus> {
    const contentUrl = host.origin + path;
    const { jobId } = await user.client.createJob({ type: 'url', contentUrl });
    const job = await assertCompletedOnce(user, jobId);
    const [files] = await admin().bucket.getFiles({ prefix: `users/${user.userId}/` });
    assert.deepEqual(
      files.map(({ name }) => name),
      [`users/${user.userId}/fetched/${jobId}`],
    );
    assert.deepEqual((await files[0]?.download())?.[0], talk);
    return job;
  }

  it('fetches the recording once, and completes', async () => {
    routes['/talk.wav'] = media(talk, 'audio/wav');
    const job = await complete('/talk.wav?token=a');
    assert.equal(job.type, 'url');
    assert.deepEqual(host.requests, ['/talk.wav']);
  });

  it('fetches a recording whose server states neither length nor kind', async () => {
    routes['/talk'] = (_, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(talk);
    };
    await complete('/talk');
  });

  it('follows five redirects, of every kind', async () => {
    routes['/1'] = status(301, { location: '/2?a=1' });
    routes['/2'] = status(302, { location: `${host.origin}/3` });
    routes['/3'] = status(303, { location: `${host.origin.replace('127.0.0.1', 'localhost')}/4` });
    routes['/4'] = status(307, { location: './5' });
    routes['/5'] = status(308, { location: '/talk.wav' });
    routes['/talk.wav'] = media(talk, 'audio/wav');
    await complete('/1');
    assert.deepEqual(host.requests, ['/1', '/2', '/3', '/4', '/5', '/talk.wav']);
  });

  it('tries again where the host was busy', async () => {
    const busy = status(503, { 'retry-after': '1' });
    routes['/talk.wav'] = inTurn(busy, media(talk, 'audio/wav'));
    await complete('/talk.wav');
    assert.deepEqual(host.requests, ['/talk.wav', '/talk.wav']);
  });

  it('fetches a recording that was cut half-way again, whole', async () => {
    routes['/talk.wav'] = inTurn(cutHalfway(talk, 'audio/wav'), media(talk, 'audio/wav'));
    await complete('/talk.wav');
    assert.deepEqual(host.requests, ['/talk.wav', '/talk.wav']);
  });

  it('takes the newest recording of a podcast feed, wherever it stands in it', async () => {
    const item = (date: string, path: string) =>
      `<item><pubDate>${date}</pubDate><enclosure url="${host.origin}${path}" type="audio/wav"/></item>`;
    const items =
      item('Mon, 02 Nov 2026 08:00:00 GMT', '/old.wav') +
      item('Mon, 09 Nov 2026 08:00:00 GMT', '/new.wav?a=1&amp;b=2') +
      item('Wed, 04 Nov 2026 08:00:00 GMT', '/older.wav');
    const feed = `<?xml version="1.0"?><rss version="2.0"><channel>${items}</channel></rss>`;
    routes['/feed.xml'] = media(feed, 'application/rss+xml; charset=utf-8');
    routes['/new.wav'] = media(talk, 'audio/wav');
    await complete('/feed.xml');
    assert.deepEqual(host.requests, ['/feed.xml', '/new.wav']);
  });

  it('takes the newest recording of an Atom feed, by a link relative to it', async () => {
    const entry = (date: string, href: string) =>
      `<entry><published>${date}</published><link rel="alternate" href="/page"/>` +
      `<link rel="enclosure" type="audio/wav" href="${href}"/></entry>`;
    const entries =
      entry('2026-11-02T08:00:00Z', 'old.wav') + entry('2026-11-09T08:00:00Z', 'new.wav');
    const feed = `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">${entries}</feed>`;
    routes['/feed'] = redirect('/talks/feed.atom');
    routes['/talks/feed.atom'] = media(feed, 'application/atom+xml');
    routes['/talks/new.wav'] = media(talk, 'audio/wav');
    await complete('/feed');
    assert.deepEqual(host.requests, ['/feed', '/talks/feed.atom', '/talks/new.wav']);
  });

  it('takes 31 minutes on the pro plan', async () => {
    const words = SPEECH.split(' ');
    const last = { word: 'Goodbye.', start: 1858, end: 1860 };
    await deepgram.reset();
    await deepgram.fault({ answer: { words: [...words.map((word) => ({ word })), last] } });
    const pro = await signUpOn('pro');
    routes['/long.wav'] = media(await readFile(await longRecording()), 'audio/wav');
    const contentUrl = `${host.origin}/long.wav`;
    const { jobId } = await pro.client.createJob({ type: 'url', contentUrl });
    const durations = new Set<number | null>();
    await pro.client.waitForJob(jobId, { onChange: ({ duration }) => durations.add(duration) });
    const { duration } = await assertCompletedOnce(pro, jobId);
    assert.equal(duration, 1860);
    // Unknown at first; then as ffprobe found it, before anything was heard.
    for (const seen of durations) assert.ok(seen === null || Math.abs(seen - 1860) <= 1);
  });

  it('leaves a file that its owner alone can read, and nobody can change', async () => {
    routes['/talk.wav'] = media(talk, 'audio/wav');
    const { jobId } = await complete('/talk.wav');
    const path = `users/${user.userId}/fetched/${jobId}`;
    const own = ref(getStorage(user.app), path);
    assert.deepEqual(Buffer.from(await getBytes(own)), talk);

    const unauthorized = { code: 'storage/unauthorized' };
    const stranger = ref(getStorage((await signUp()).app), path);
    const nobody = ref(getStorage(emulatedApp(ports)), path);
    for (const object of [stranger, nobody]) await assert.rejects(getBytes(object), unauthorized);
    for (const object of [own, stranger, nobody]) {
      await assert.rejects(deleteObject(object), unauthorized);
      await assert.rejects(uploadBytes(object, talk, { contentType: 'audio/wav' }), unauthorized);
    }
    if (own.parent) await assert.rejects(listAll(own.parent), unauthorized);
  });
});
