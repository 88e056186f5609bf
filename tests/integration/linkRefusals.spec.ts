import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { QuikThreadError } from '@quikthread/client';
import type { JobErrorCode, JobStatus } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import { assertFailed } from '../support/jobs.js';
import { longRecording, makeMedia } from '../support/media.js';
import { media, redirect, startMediaHost, status } from '../support/mediaHost.js';
import type { Answer, MediaHost } from '../support/mediaHost.js';
import { admin, closeAll, signUpOn } from '../support/platform.js';
import { deepgram } from '../support/standIns.js';

const MEGABYTE = 1024 * 1024;
const ACCEPTED = /MP3, MP4, M4A, WAV or WebM/;

/** Part of every link's path and of its query: neither may show, since links can be secret. */
const SECRET = 'private-a1b2c3';

const noise = ['-f', 'lavfi', '-i', 'anoisesrc=d=40:r=44100'];
const film = ['-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25:d=4,noise=alls=60:allf=t'];
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '10'];

/** A text, made long enough to pass for a recording by its size. */
function padded(text: string): string {
  return text + '\n# nothing more to say'.repeat(60_000);
}

interface Refusal {
  readonly code: JobErrorCode;
  readonly message: RegExp;
  readonly routes: (origin: string) => Record<string, Answer> | Promise<Record<string, Answer>>;
  /** What is asked of the host in all; the link itself, once, unless told. */
  readonly requests?: readonly string[];
}

const LINK = `/${SECRET}/talk.mp3`;

/** The link is answered with this file of ffmpeg's. */
function file(name: string, args: readonly string[], type: string) {
  return async () => ({ [LINK]: media(await readFile(await makeMedia(name, args)), type) });
}

function answers(answer: Answer): Refusal['routes'] {
  return () => ({ [LINK]: answer });
}

/** `count` redirects, the last one to a page that would be refused. */
function redirects(count: number): Refusal['routes'] {
  return () => {
    const steps = Array.from({ length: count }, (_, step) => {
      const path = step === 0 ? LINK : `/${step}`;
      return [path, redirect(`/${step + 1}`)] as const;
    });
    return Object.fromEntries(steps);
  };
}

const feed = (...items: string[]) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Talks</title>${items.join('')}</channel></rss>`;

const refusals: Readonly<Record<string, Refusal>> = {
  ...Object.fromEntries(
    [
      'http://169.254.169.254/computeMetadata/v1/',
      'http://10.0.0.1/',
      'http://[::ffff:10.0.0.1]/',
      'file:///etc/passwd',
      `http://somebody:${SECRET}@example.com/`,
    ].map((target) => [
      `a redirect to ${target}`,
      {
        code: 'url_forbidden',
        message: /Links must be public|only https and http/,
        routes: answers(redirect(target)),
      } satisfies Refusal,
    ]),
  ),
  'a sixth redirect': {
    code: 'url_too_many_redirects',
    message: /more than 5 times\. Please use the link of the recording itself/,
    routes: redirects(6),
    requests: [LINK, '/1', '/2', '/3', '/4', '/5'],
  },
  'a page that is not there': {
    code: 'url_unreachable',
    message: /"127\.0\.0\.1:\d+" answered 404 .* must work without signing in/,
    routes: answers(status(404)),
  },
  'a page behind a sign-in': {
    code: 'url_unreachable',
    message: /answered 401 .* must work without signing in/,
    routes: answers(status(401, { 'www-authenticate': 'Basic' })),
  },
  'a web page': {
    code: 'url_wrong_type',
    message: /answers with text\/html, not with a recording.*podcast feeds are accepted/,
    routes: answers(media('<!doctype html><title>A talk</title>', 'text/html; charset=utf-8')),
  },
  'a text that says it is audio': {
    code: 'not_media',
    message: ACCEPTED,
    routes: answers(media(padded('This is only a text.'), 'audio/mpeg')),
  },
  'more than 500 MB, as its header says': {
    code: 'too_large',
    message: /larger than 500 MB\. Files from 1 MB to 500 MB are accepted/,
    // The body never comes: to wait for it would end as url_unreachable.
    routes: answers((_, response) => {
      const headers = { 'content-type': 'audio/mpeg', 'content-length': 500 * MEGABYTE + 1 };
      response.writeHead(200, headers).flushHeaders();
    }),
  },
  'less than 1 MB': {
    code: 'too_small',
    message: /too small\. Files from 1 MB to 500 MB are accepted/,
    routes: answers(media(Buffer.alloc(MEGABYTE - 1), 'audio/mpeg')),
  },
  'less than 1 MB without a stated length': {
    code: 'too_small',
    message: /too small\. Files from 1 MB to 500 MB are accepted/,
    routes: answers((_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(Buffer.alloc(MEGABYTE - 1));
    }),
  },
  Ogg: {
    code: 'unsupported_container',
    message: ACCEPTED,
    routes: file('noise.ogg', [...noise, '-c:a', 'flac'], 'audio/ogg'),
  },
  'FLAC that says it is MP3': {
    code: 'unsupported_container',
    message: ACCEPTED,
    routes: file('noise.flac', noise, 'audio/mpeg'),
  },
  'a film without sound': {
    code: 'no_audio',
    message: /needs at least one audio track/,
    routes: file('small-silent-film.mp4', [...film, ...x264], 'video/mp4'),
  },
  '31 minutes on the free plan': {
    code: 'too_long',
    message: /lasts 31 min.* allows up to 30 min\. The Pro plan allows up to 60 min/,
    routes: async () => ({
      [LINK]: media(await readFile(await longRecording()), 'audio/wav'),
    }),
  },
  'an HLS playlist': {
    code: 'url_wrong_type',
    message: ACCEPTED,
    routes: (origin) => ({
      [LINK]: media(
        `#EXTM3U\n#EXTINF:9,\n${origin}/canary\n#EXT-X-ENDLIST`,
        'application/vnd.apple.mpegurl',
      ),
    }),
  },
  'an HLS playlist that says it is MP3': {
    code: 'not_media',
    message: ACCEPTED,
    routes: (origin) => ({
      [LINK]: media(
        padded(`#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${origin}/canary\n#EXT-X-ENDLIST`),
        'audio/mpeg',
      ),
    }),
  },
  'a concat script that says it is MP3': {
    code: 'not_media',
    message: ACCEPTED,
    routes: (origin) => ({
      [LINK]: media(padded(`ffconcat version 1.0\nfile '${origin}/canary'`), 'audio/mpeg'),
    }),
  },
  'an empty feed': {
    code: 'feed_empty',
    message: /feed without recordings\. Please use the link of a podcast feed or of a recording/,
    routes: answers(media(feed(), 'application/rss+xml')),
  },
  'a feed whose recording is private': {
    code: 'url_forbidden',
    message: /"10\.0\.0\.1" is not a public address/,
    routes: answers(
      media(
        feed(`<item><enclosure url="http://10.0.0.1/${SECRET}" type="audio/mpeg"/></item>`),
        'application/rss+xml',
      ),
    ),
  },
};

describe('a link to what is refused', function () {
  this.timeout(120_000);
  let host: MediaHost;
  let user: Session;
  const routes: Record<string, Answer> = {};

  beforeEach(async () => {
    await deepgram.reset();
    host = await startMediaHost(routes);
    user = await signUpOn('free');
  });
  afterEach(async () => {
    for (const path of Object.keys(routes)) Reflect.deleteProperty(routes, path);
    await host.close();
  });
  after(closeAll);

  for (const [name, refusal] of Object.entries(refusals)) {
    it(`${name} fails as ${refusal.code}, and keeps nothing`, async () => {
      Object.assign(routes, await refusal.routes(host.origin));
      const contentUrl = `${host.origin}${LINK}?token=${SECRET}`;
      const { jobId } = await user.client.createJob({ type: 'url', contentUrl });
      const job = await assertFailed(user, jobId, refusal.code);
      assert.match(job.error ?? '', refusal.message);
      assert.deepEqual(host.requests, refusal.requests ?? [LINK]);
      await assertNothingKept(user, job);
    });
  }

  it('hosts that stay away fail as url_unreachable after four attempts', async () => {
    routes['/busy'] = status(503);
    routes['/cutting'] = (_, response) => response.destroy();
    const gone = await startMediaHost({});
    await gone.close();
    // At the same time, since each takes three waits.
    await Promise.all([
      assertGivenUp(`${host.origin}/busy`, /answered 503 instead of the recording/),
      assertGivenUp(
        `${host.origin}/cutting`,
        /did not answer, or the connection broke\. Please check/,
      ),
      assertGivenUp(`${gone.origin}/`, /did not answer, or the connection broke\. Please check/),
    ]);
    for (const path of ['/busy', '/cutting']) {
      assert.equal(host.requests.filter((request) => request === path).length, 4, path);
    }
  });

  const forbidden = [
    'http://169.254.169.254/',
    'http://10.0.0.1/',
    'http://[fd00::1]/',
    'file:///etc/passwd',
    `http://somebody:${SECRET}@127.0.0.1/`,
    'not a link',
  ];
  for (const contentUrl of forbidden) {
    it(`"${contentUrl}" is refused before there is a job`, async () => {
      const creating = user.client.createJob({ type: 'url', contentUrl });
      await assert.rejects(creating, (error: unknown) => {
        assert.ok(error instanceof QuikThreadError);
        assert.deepEqual([error.status, error.code], ['invalid-argument', 'url_forbidden']);
        assert.match(error.message, /^contentUrl: /);
        assert.ok(!JSON.stringify([error.message, error.details]).includes(SECRET));
        return true;
      });
      assert.deepEqual((await user.client.listJobs()).jobs, []);
      assert.equal((await user.client.getQuota()).remaining, 2);
    });
  }
});

/** A new user's job of the link fails, having been tried four times. */
async function assertGivenUp(link: string, message: RegExp): Promise<void> {
  const user = await signUpOn('free');
  const contentUrl = `${link}?token=${SECRET}`;
  const { jobId } = await user.client.createJob({ type: 'url', contentUrl });
  const job = await assertFailed(user, jobId, 'url_unreachable');
  assert.match(job.error ?? '', message);
  const run = await admin().firestore.doc(`jobs/${jobId}/private/run`).get();
  assert.equal(run.get('attempts'), 4);
  await assertNothingKept(user, job);
}

/** Nothing in Storage, nothing asked of Deepgram, and the link's secrets neither shown nor logged. */
async function assertNothingKept(user: Session, job: JobStatus): Promise<void> {
  const { bucket, firestore } = admin();
  const [files] = await bucket.getFiles({ prefix: `users/${user.userId}/` });
  assert.deepEqual(
    files.map(({ name }) => name),
    [],
  );
  assert.deepEqual(await deepgram.journal(), []);
  const logs = firestore.collection('error-logs').where('context.jobId', '==', job.jobId);
  const records = (await logs.get()).docs.map((document) => document.data());
  assert.equal(records.length, 1);
  assert.ok(!JSON.stringify([job, records]).includes(SECRET));
}
