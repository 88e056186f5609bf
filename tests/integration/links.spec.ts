import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { QuikThreadError } from '@quikthread/client';
import type { JobErrorCode } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import { assertCompletedOnce, assertFailed, scriptedSpeech } from '../support/jobs.js';
import { makeTone, SAMPLE } from '../support/media.js';
import { admin, closeAll, eventually, signUpOn } from '../support/platform.js';
import { deepgram, gemini } from '../support/standIns.js';
import { longRecording } from './recordings.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const serve = (type: string, content: Buffer | string): Handler => {
  return (_, response) => {
    response.writeHead(200, { 'content-type': type }).end(content);
  };
};

describe('a job of a link', function () {
  this.timeout(120_000);
  let server: Server;
  let origin: string;
  let routes: Record<string, Handler>;
  let user: Session;

  before(async () => {
    server = createServer((request, response) => {
      (routes[request.url ?? ''] ?? ((_, r) => r.writeHead(404).end()))(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(async () => {
    await Promise.all([deepgram.reset(), gemini.reset()]);
    await deepgram.fault(scriptedSpeech);
    routes = {};
    user = await signUpOn('free');
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await closeAll();
  });

  const make = (path: string) =>
    user.client.createJob({ type: 'url', contentUrl: `${origin}${path}` });
  const isFetched = async (jobId: string) =>
    (await admin().bucket.file(`users/${user.userId}/fetched/${jobId}`).exists())[0];

  it('fetches the recording once and completes', async () => {
    const sample = await readFile(SAMPLE);
    let asked = 0;
    routes['/talk'] = (_, response) => {
      asked += 1;
      response.writeHead(302, { location: '/talk.mp3?token=a' }).end();
    };
    routes['/talk.mp3?token=a'] = serve('audio/mpeg', sample);
    const { jobId } = await make('/talk');
    const job = await assertCompletedOnce(user, jobId);
    assert.deepEqual([asked, job.type], [1, 'url']);
    const [stored] = await admin().bucket.file(`users/${user.userId}/fetched/${jobId}`).download();
    assert.deepEqual(stored, sample);
  });

  it('takes the newest recording of a podcast feed', async () => {
    const item = (date: string, path: string) =>
      `<item><pubDate>${date}</pubDate><enclosure url="${origin}${path}" type="audio/mpeg" length="0"/></item>`;
    const items =
      item('Mon, 02 Nov 2026 08:00:00 GMT', '/old.mp3') +
      item('Mon, 09 Nov 2026 08:00:00 GMT', '/new.mp3?a=1&amp;b=2');
    routes['/feed.xml'] = serve('application/rss+xml', `<rss><channel>${items}</channel></rss>`);
    routes['/new.mp3?a=1&b=2'] = serve('audio/mpeg', await readFile(SAMPLE));
    await assertCompletedOnce(user, (await make('/feed.xml')).jobId);
  });

  const page = '<!doctype html><html><body>A page</body></html>';
  const text = 'This is a text, and no recording at all.\n'.repeat(40_000);
  const refusals: Record<string, readonly [() => Promise<Handler>, JobErrorCode]> = {
    'a page': [() => Promise.resolve(serve('text/html', page)), 'url_wrong_type'],
    'a text served as audio': [() => Promise.resolve(serve('audio/mpeg', text)), 'not_media'],
    'too little': [() => Promise.resolve(serve('audio/mpeg', 'ID3')), 'too_small'],
    'a feed without recordings': [
      () => Promise.resolve(serve('text/xml', '<rss><channel/></rss>')),
      'feed_empty',
    ],
    'nothing there': [
      () => Promise.resolve((_request, response) => response.writeHead(404).end()),
      'url_unreachable',
    ],
    'a redirect into the network': [
      () =>
        Promise.resolve((_request, response) =>
          response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
        ),
      'url_forbidden',
    ],
    'a redirect to itself': [
      () =>
        Promise.resolve((_request, response) =>
          response.writeHead(302, { location: '/link' }).end(),
        ),
      'url_too_many_redirects',
    ],
    '31 minutes on the free plan': [
      async () => serve('audio/wav', await readFile(await longRecording())),
      'too_long',
    ],
  };
  for (const [name, [handler, code]] of Object.entries(refusals)) {
    it(`that leads to ${name} fails as ${code}, and keeps nothing`, async () => {
      routes['/link'] = await handler();
      const { jobId } = await make('/link');
      await assertFailed(user, jobId, code);
      await eventually(async () => {
        assert.equal(await isFetched(jobId), false);
      });
      assert.equal((await deepgram.journal()).length, 0);
    });
  }

  it('tries again where the host was busy', async () => {
    const sample = await readFile(SAMPLE);
    let asked = 0;
    routes['/talk.mp3'] = (request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(503, { 'retry-after': '1' }).end();
      else serve('audio/mpeg', sample)(request, response);
    };
    await assertCompletedOnce(user, (await make('/talk.mp3')).jobId);
    assert.equal(asked, 2);
  });

  for (const contentUrl of [
    'http://10.0.0.1/a.mp3',
    'file:///etc/passwd',
    'https://u:p@example.com/',
  ]) {
    it(`to ${contentUrl} is refused at once`, async () => {
      await assert.rejects(user.client.createJob({ type: 'url', contentUrl }), (error: unknown) => {
        assert.ok(error instanceof QuikThreadError);
        assert.equal(error.details?.code, 'url_forbidden');
        return true;
      });
    });
  }
});

describe('a job of an upload', function () {
  this.timeout(60_000);
  after(closeAll);

  it('whose file was deleted after its validation fails as media_missing', async () => {
    const user = await signUpOn('free');
    const file = await readFile(await makeTone(15, 'wav'));
    const { storagePath } = await user.client.uploadMedia(file, { name: 'talk.wav' });
    await admin().bucket.file(storagePath).delete();
    const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
    await assertFailed(user, jobId, 'media_missing');
  });
});
