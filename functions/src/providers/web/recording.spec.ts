import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { JobError, describeError } from '../../platform/errors.js';
import type { Resolve } from './check.js';
import { openRecording } from './recording.js';
import type { RecordingOptions } from './recording.js';

const limits = { minBytes: 100, maxBytes: 100_000 };
const sound = Buffer.alloc(5000, 1);

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('openRecording', () => {
  let server: Server;
  let origin: string;
  let routes: Record<string, Handler>;
  let asked: string[];

  before(async () => {
    server = createServer((request, response) => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      asked.push(`${request.headers.host ?? ''}${path}`);
      (routes[path] ?? ((_, r) => r.writeHead(404).end()))(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
    routes = {};
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  const answer =
    (type: string, body: Buffer | string, headers: Record<string, string> = {}): Handler =>
    (_, response) => {
      response.writeHead(200, { ...(type ? { 'content-type': type } : {}), ...headers }).end(body);
    };
  const redirect =
    (location: string, status = 302): Handler =>
    (_, response) => {
      response.writeHead(status, { location }).end();
    };

  async function read(link: string, options: Partial<RecordingOptions> = {}) {
    const signal = new AbortController().signal;
    const recording = await openRecording(link, {
      limits,
      signal,
      allowLoopback: true,
      ...options,
    });
    return { ...recording, bytes: await buffer(recording.body) };
  }

  async function refusal(link: string, options: Partial<RecordingOptions> = {}): Promise<JobError> {
    try {
      await read(link, options);
    } catch (error) {
      if (error instanceof JobError) return error;
      throw error;
    }
    throw new Error('was not refused');
  }

  for (const type of ['audio/mpeg', 'video/mp4; codecs="x"', 'application/octet-stream', '']) {
    it(`reads a recording served as "${type}"`, async () => {
      routes['/a'] = answer(type, sound);
      assert.deepEqual((await read(`${origin}/a`)).bytes, sound);
    });
  }

  for (const type of [
    'text/html',
    'application/json',
    'image/png',
    'application/vnd.apple.mpegurl',
    'audio/x-mpegurl',
  ]) {
    it(`refuses ${type}`, async () => {
      routes['/a'] = answer(type, sound);
      const error = await refusal(`${origin}/a`);
      assert.deepEqual([error.code, error.retry], ['url_wrong_type', 'never']);
      assert.match(error.message, /podcast feeds are accepted/);
    });
  }

  it('asks for bytes as they are, and refuses compressed ones', async () => {
    let encodings: unknown;
    routes['/a'] = (request, response) => {
      encodings = request.headers['accept-encoding'];
      answer('audio/mpeg', gzipSync(sound), { 'content-encoding': 'gzip' })(request, response);
    };
    assert.equal((await refusal(`${origin}/a`)).code, 'url_wrong_type');
    assert.equal(encodings, 'identity');
  });

  describe('of redirects', () => {
    const chain = (length: number) => {
      for (let i = 0; i < length; i += 1)
        routes[`/r${i}`] = redirect(`/r${i + 1}`, i % 2 ? 301 : 307);
      routes[`/r${length}`] = answer('audio/mpeg', sound);
    };

    it('follows five', async () => {
      chain(5);
      assert.deepEqual((await read(`${origin}/r0`)).bytes, sound);
    });

    it('does not follow a sixth', async () => {
      chain(6);
      const error = await refusal(`${origin}/r0`);
      assert.deepEqual([error.code, error.retry], ['url_too_many_redirects', 'never']);
      assert.equal(asked.length, 6);
    });

    for (const target of [
      'http://169.254.169.254/',
      'file:///etc/passwd',
      'http://u:p@example.com/',
      'http://10.0.0.1/',
    ]) {
      it(`checks each: does not follow one to ${target}`, async () => {
        routes['/a'] = redirect(target);
        const error = await refusal(`${origin}/a`);
        assert.deepEqual([error.code, error.retry], ['url_forbidden', 'never']);
      });
    }

    it('does not follow one to this machine unless that is allowed', async () => {
      routes['/a'] = redirect('http://127.0.0.1:1/');
      const resolve: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
      const error = await refusal(`${origin}/a`, { allowLoopback: false, resolve });
      assert.equal(error.code, 'url_forbidden');
      assert.deepEqual(asked, []);
    });
  });

  describe('of a name that resolves to something else each time', () => {
    it('connects to the address that was checked', async () => {
      const { port } = server.address() as AddressInfo;
      let asks = 0;
      // The second answer is an address where nobody listens: asking twice would fail.
      const resolve: Resolve = () => {
        asks += 1;
        return Promise.resolve([{ address: asks === 1 ? '127.0.0.1' : '127.66.66.66', family: 4 }]);
      };
      routes['/a'] = answer('audio/mpeg', sound);
      const { bytes } = await read(`http://rebinding.example:${port}/a`, { resolve });
      assert.deepEqual([bytes, asks, asked], [sound, 1, [`rebinding.example:${port}/a`]]);
    });

    it('never connects to one that was not allowed', async () => {
      const { port } = server.address() as AddressInfo;
      const answers = ['127.0.0.1', '10.0.0.1'];
      const resolve: Resolve = () =>
        Promise.resolve([{ address: answers.shift() ?? '', family: 4 }]);
      routes['/a'] = redirect('/b');
      const error = await refusal(`http://rebinding.example:${port}/a`, { resolve });
      assert.equal(error.code, 'url_forbidden');
      assert.deepEqual(asked, [`rebinding.example:${port}/a`]);
    });
  });

  describe('of sizes', () => {
    it('refuses by the stated length, without reading', async () => {
      routes['/a'] = (_, response) => {
        response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': 100_001 });
        response.flushHeaders();
        response.write('x');
      };
      assert.equal((await refusal(`${origin}/a`)).code, 'too_large');
    });

    it('refuses by the counted length where none is stated', async () => {
      routes['/a'] = (_, response) => {
        response.writeHead(200, { 'content-type': 'audio/mpeg' });
        for (let i = 0; i < 30; i += 1) response.write(sound);
        response.end();
      };
      const error = await refusal(`${origin}/a`);
      assert.deepEqual([error.code, error.retry], ['too_large', 'never']);
    });

    it('refuses what is too small', async () => {
      routes['/a'] = (_, response) =>
        response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('x');
      const error = await refusal(`${origin}/a`);
      assert.deepEqual([error.code, error.retry], ['too_small', 'never']);
    });
  });

  describe('of failures', () => {
    const statuses: [number, Record<string, string>, JobError['retry']][] = [
      [404, {}, 'never'],
      [403, {}, 'never'],
      [410, {}, 'never'],
      [500, {}, 'later'],
      [503, { 'retry-after': '7' }, { afterSeconds: 7 }],
      [429, { 'retry-after': '999999' }, { afterSeconds: 3600 }],
      [429, {}, 'later'],
    ];
    for (const [status, headers, retry] of statuses) {
      it(`advises ${JSON.stringify(retry)} after ${status} ${JSON.stringify(headers)}`, async () => {
        routes['/a'] = (_, response) => response.writeHead(status, headers).end('no');
        const error = await refusal(`${origin}/a`);
        assert.deepEqual([error.code, error.retry], ['url_unreachable', retry]);
      });
    }

    it('leaves a host that refuses connections for later', async () => {
      const error = await refusal('http://127.0.0.1:1/a?token=secret');
      assert.deepEqual([error.code, error.retry], ['url_unreachable', 'later']);
      assert.ok(!describeError(error).message.includes('secret'));
    });

    it('leaves a connection cut half-way for later', async () => {
      routes['/a'] = (_, response) => {
        response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': 9000 });
        response.write(sound, () => response.destroy());
      };
      const error = await refusal(`${origin}/a`);
      assert.deepEqual([error.code, error.retry], ['url_unreachable', 'later']);
    });

    it('waits for silent headers and silent bodies no longer than told', async () => {
      routes['/silent'] = () => undefined;
      routes['/stalled'] = (_, response) => {
        response.writeHead(200, { 'content-type': 'audio/mpeg' });
        response.write(sound);
      };
      for (const path of ['/silent', '/stalled']) {
        const error = await refusal(origin + path, { idleSeconds: 0.2 });
        assert.deepEqual([error.code, error.retry], ['url_unreachable', 'later'], path);
      }
    });

    it("rejects with the caller's reason when the caller gives up", async () => {
      const controller = new AbortController();
      const reason = new Error('cancelled');
      routes['/a'] = () => {
        controller.abort(reason);
      };
      await assert.rejects(read(`${origin}/a`, { signal: controller.signal }), reason);
    });
  });

  describe('of podcast feeds', () => {
    const feed = (url: string) =>
      `<?xml version="1.0"?><rss><channel><item><enclosure url="${url}" type="audio/mpeg"/></item></channel></rss>`;

    for (const type of [
      'application/rss+xml',
      'text/xml',
      'text/html',
      'application/octet-stream',
      '',
    ]) {
      it(`reads the newest enclosure of a feed served as "${type}"`, async () => {
        routes['/feed'] = answer(type, feed('/episode?a=1&amp;b=2'));
        routes['/episode'] = answer('audio/mpeg', sound);
        assert.deepEqual((await read(`${origin}/feed`)).bytes, sound);
      });
    }

    it('reads a compressed feed', async () => {
      const body = gzipSync(feed('/episode'));
      routes['/feed'] = answer('application/rss+xml', body, { 'content-encoding': 'gzip' });
      routes['/episode'] = answer('audio/mpeg', sound);
      assert.deepEqual((await read(`${origin}/feed`)).bytes, sound);
    });

    it('checks the enclosure as any link', async () => {
      routes['/feed'] = answer('text/xml', feed('http://169.254.169.254/'));
      assert.equal((await refusal(`${origin}/feed`)).code, 'url_forbidden');
    });

    it('refuses a feed without recordings, and a feed of feeds', async () => {
      routes['/empty'] = answer('text/xml', '<rss><channel/></rss>');
      routes['/feeds'] = answer('text/xml', feed('/empty'));
      assert.equal((await refusal(`${origin}/empty`)).code, 'feed_empty');
      assert.equal((await refusal(`${origin}/feeds`)).code, 'url_wrong_type');
    });

    it('reads no more than 20 MB of a feed, however far it unpacks', async () => {
      const bomb = gzipSync(
        Buffer.concat([Buffer.from('<rss>'), Buffer.alloc(30 * 1024 * 1024, ' ')]),
      );
      routes['/feed'] = answer('text/xml', bomb, { 'content-encoding': 'gzip' });
      const error = await refusal(`${origin}/feed`);
      assert.deepEqual([error.code, error.retry], ['too_large', 'never']);
    });
  });
});
