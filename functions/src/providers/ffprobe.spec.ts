import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stat } from 'node:fs/promises';
import { JobError, describeError } from '../platform/errors.js';
import { bytesOf, media, picture, repeated, serveRanges, tone } from '../testing/media.js';
import { probe } from './ffprobe.js';
import type { MediaInfo } from './types.js';

const MEGABYTE = 1024 * 1024;

async function probed(content: Buffer | string): Promise<{ info: MediaInfo; bytes: number }> {
  const server = await serveRanges(content);
  try {
    const info = await probe(server.url, { timeoutSeconds: 30 });
    return { info, bytes: server.bytesServed() };
  } finally {
    server.close();
  }
}

async function refused(probing: Promise<unknown>): Promise<JobError> {
  try {
    await probing;
  } catch (error) {
    if (error instanceof JobError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

const closeTo = (actual: number | null, expected: number) => {
  assert.ok(actual !== null && Math.abs(actual - expected) < 0.2, `${actual} is not ${expected}`);
};

describe('probe', function () {
  this.timeout(120_000);

  const accepted: readonly [string, readonly string[], string, string, boolean][] = [
    ['tone.mp3', tone(5), 'mp3', 'mp3', false],
    ['tone.m4a', tone(5), 'mp4', 'aac', false],
    ['tone.wav', tone(5), 'wav', 'pcm_s16le', false],
    ['tone.webm', [...tone(5), '-c:a', 'libopus'], 'webm', 'opus', false],
    ['film.mp4', [...picture(5), ...tone(5)], 'mp4', 'aac', true],
    [
      'film.webm',
      [...picture(5), ...tone(5), '-c:v', 'libvpx', '-c:a', 'libopus'],
      'webm',
      'opus',
      true,
    ],
  ];
  for (const [name, args, format, codec, hasVideo] of accepted) {
    it(`tells what ${name} is`, async () => {
      const { info } = await probed(await media(name, ...args));
      assert.ok(info.formats.includes(format));
      assert.equal(info.audioCodec, codec);
      assert.equal(info.hasVideo, hasVideo);
      closeTo(info.duration, 5);
    });
  }

  it('finds no audio in a silent film', async () => {
    const { info } = await probed(await media('silent.mp4', ...picture(2)));
    assert.deepEqual([info.audioCodec, info.hasVideo], [null, true]);
  });

  it('takes cover art for no video, and looks past a large one', async () => {
    const noise = ['-f', 'lavfi', '-i', 'color=s=1200x1200:d=1,noise=alls=100', '-frames:v', '1'];
    const cover = await media('cover.png', ...noise);
    const path = await media(
      'cover.mp3',
      ...tone(5),
      '-i',
      cover,
      '-map',
      '0',
      '-map',
      '1',
      '-c:v',
      'copy',
    );
    assert.ok((await bytesOf(path)).length > 2 * MEGABYTE);
    const { info } = await probed(path);
    assert.equal(info.hasVideo, false);
    closeTo(info.duration, 5);
  });

  describe('of a recording of 100 MB', () => {
    const source = () => media('second.wav', ...tone(60), '-ar', '48000', '-ac', '2');
    const film = async () => {
      const noise = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=4,noise=alls=80:allf=t'];
      return media('noise.mp4', ...noise, ...tone(4), '-preset', 'ultrafast', '-qp', '6');
    };
    const noisyWebm = async () => {
      const codecs = ['-c:v', 'libvpx', '-b:v', '20M', '-deadline', 'realtime', '-cpu-used', '8'];
      return media('noise.webm', '-i', await film(), ...codecs, '-c:a', 'libopus');
    };
    const files: Record<string, () => Promise<string>> = {
      'large.wav': async () => media('large.wav', ...repeated(await source(), 10)),
      'large.mp3': async () => {
        const loud = await media(
          'loud.mp3',
          ...tone(60),
          '-b:a',
          '320k',
          '-ac',
          '2',
          '-ar',
          '48000',
        );
        return media('large.mp3', ...repeated(loud, 45));
      },
      'large.mp4 (index at its end)': async () =>
        media('large.mp4', ...repeated(await film(), await timesFor100(film))),
      'large.webm': async () =>
        media('large.webm', ...repeated(await noisyWebm(), await timesFor100(noisyWebm))),
    };
    for (const [name, make] of Object.entries(files)) {
      it(`reads at most 2 MB of ${name}`, async () => {
        const path = await make();
        const { info, bytes } = await probed(path);
        const size = await sizeOf(path);
        assert.ok(size > 95 * MEGABYTE, `only ${size} bytes`);
        assert.ok(info.audioCodec !== null && (info.duration ?? 0) > 0);
        assert.ok(bytes <= 2 * MEGABYTE, `${bytes} bytes read`);
      });
    }

    it('finds the length of what a browser recorded live from its end', async () => {
      const live = await media(
        'live.webm',
        ...repeated(await noisyWebm(), await timesFor100(noisyWebm)),
        '-live',
        '1',
      );
      const whole = await files['large.webm']?.();
      const expected = (await probed(whole ?? '')).info.duration ?? 0;
      const { info, bytes } = await probed(live);
      closeTo(info.duration, expected);
      assert.ok(bytes <= 20 * MEGABYTE, `${bytes} bytes read`);
    });
  });

  it('finds the length of a live WebM without video, too', async () => {
    const loop = repeated(await media('tone.webm', ...tone(5), '-c:a', 'libopus'), 120);
    const whole = await probed(await media('loop.webm', ...loop));
    const live = await probed(await media('live-loop.webm', ...loop, '-live', '1'));
    closeTo(live.info.duration, whole.info.duration ?? 0);
  });

  it('finds the length of a fragmented MP4 without visiting every fragment', async () => {
    const loop = repeated(await media('tone.m4a', ...tone(5)), 360);
    const flags = ['-movflags', 'frag_keyframe+empty_moov+default_base_moof+skip_trailer'];
    const path = await media('fragments.mp4', ...loop, ...flags, '-frag_duration', '500000');
    const whole = await probed(await media('loop.mp4', ...loop));
    const { info, bytes } = await probed(path);
    closeTo(info.duration, whole.info.duration ?? 0);
    assert.ok(bytes < (await sizeOf(path)) / 4, `${bytes} bytes read`);
  });

  const refusals: Record<string, readonly [() => Promise<Buffer | string>, string]> = {
    'text named as a recording': [
      () => Promise.resolve(Buffer.from('Not a recording.\n'.repeat(90_000))),
      'not_media',
    ],
    'random bytes': [
      () => Promise.resolve(Buffer.alloc(2 * MEGABYTE, Buffer.from('9f3c01d7e2', 'hex'))),
      'not_media',
    ],
    'an empty file': [() => Promise.resolve(Buffer.alloc(0)), 'not_media'],
    'a picture': [() => media('still.png', ...picture(1), '-frames:v', '1'), 'not_media'],
    Ogg: [() => media('tone.ogg', ...tone(3)), 'unsupported_container'],
    FLAC: [() => media('tone.flac', ...tone(3)), 'unsupported_container'],
    AVI: [() => media('film.avi', ...picture(2), ...tone(2)), 'unsupported_container'],
    'an MP4 cut before its index': [
      async () =>
        (await bytesOf(await media('film.mp4', ...picture(5), ...tone(5)))).subarray(0, 20_000),
      'media_unreadable',
    ],
  };
  for (const [name, [make, code]] of Object.entries(refusals)) {
    it(`refuses ${name} as ${code}, for good`, async () => {
      const error = await refused(probed(await make()));
      assert.deepEqual([error.code, error.retry], [code, 'never']);
    });
  }

  describe('of a file that names others', () => {
    let canary: Server;
    let asked: string[];
    let canaryUrl: string;
    before(async () => {
      canary = createServer((request, response) => {
        asked.push(request.url ?? '');
        response.end('x');
      });
      await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
      canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/canary`;
    });
    beforeEach(() => {
      asked = [];
    });
    after(() => {
      canary.close();
    });

    const hls = (entry: string) =>
      `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${entry}\n#EXT-X-ENDLIST\n`;
    const playlists: Record<string, (url: string) => string> = {
      'an HLS playlist of a link': (url) => hls(`${url}.ts`),
      'an HLS playlist of a file': () => hls('file:///etc/passwd'),
      'an HLS key': (url) => `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="${url}"\n${hls(`${url}.ts`)}`,
      'a concat script of a link': (url) => `ffconcat version 1.0\nfile '${url}.mp3'\n`,
      'a concat script of a file': () => `ffconcat version 1.0\nfile /etc/passwd\n`,
      'a DASH manifest': (url) =>
        `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet><Representation id="1"><BaseURL>${url}.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>`,
      'an SDP description': (url) =>
        `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\na=control:${url}\n`,
    };
    for (const [name, write] of Object.entries(playlists)) {
      it(`refuses ${name}, and asks nobody`, async () => {
        const error = await refused(probed(Buffer.from(write(canaryUrl))));
        assert.equal(error.code, 'not_media');
        assert.deepEqual(asked, []);
      });
    }

    it('asks nobody for the external data of a QuickTime film', async () => {
      const film = await bytesOf(await media('reference.mov', ...tone(2)));
      await probed(withExternalData(film, canaryUrl)).catch(() => undefined);
      assert.deepEqual(asked, []);
    });
  });

  it('says that what is gone is missing', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end());
    const error = await refused(probeOf(server));
    assert.deepEqual([error.code, error.retry], ['media_missing', 'never']);
  });

  it('leaves a failing storage for later', async () => {
    const server = createServer((_request, response) => response.writeHead(503).end());
    const error = await refused(probeOf(server));
    assert.deepEqual([error.code, error.retry], ['media_unreadable', 'later']);
  });

  it('leaves a broken connection for later, without the URL in the error', async () => {
    const server = createServer((request) => request.socket.destroy());
    const error = await refused(probeOf(server));
    assert.deepEqual([error.code, error.retry], ['media_unreadable', 'later']);
    assert.ok(!describeError(error).message.includes('secret-token'));
  });

  it('does not download from a server that knows no ranges', async () => {
    const server = createServer((_request, response) => response.writeHead(200).end('x'));
    const error = await refused(probeOf(server));
    assert.deepEqual([error.code, error.retry], ['media_unreadable', 'never']);
  });

  it('stops at its time limit, also while ffprobe waits for bytes', async () => {
    const film = await bytesOf(await media('film.mp4', ...picture(5), ...tone(5)));
    const beginning = film.subarray(0, film.indexOf('mdat') + 4);
    // The first block comes; the index that it announces never does.
    const server = createServer((request, response) => {
      if (!request.headers.range?.startsWith('bytes=0-')) return;
      const block = Buffer.alloc(128 * 1024);
      beginning.copy(block);
      block.writeUInt32BE(32 * MEGABYTE, film.indexOf('mdat') - 4);
      const range = `bytes 0-${block.length - 1}/${64 * MEGABYTE}`;
      response.writeHead(206, { 'content-range': range }).end(block);
    });
    const error = await refused(probeOf(server, 1));
    assert.deepEqual([error.code, error.retry], ['timed_out', 'later']);
  });

  it("rejects with the caller's reason when the caller gives up", async () => {
    const server = createServer(() => undefined);
    const reason = new Error('cancelled');
    await assert.rejects(probeOf(server, 30, AbortSignal.abort(reason)), reason);
  });
});

async function probeOf(
  server: Server,
  timeoutSeconds = 30,
  signal?: AbortSignal,
): Promise<MediaInfo> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const options = { timeoutSeconds, ...(signal ? { signal } : {}) };
    return await probe(`http://127.0.0.1:${port}/file?token=secret-token`, options);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

async function timesFor100(make: () => Promise<string>): Promise<number> {
  return Math.ceil((100 * MEGABYTE) / (await sizeOf(await make())));
}

/** The film with its data reference (ISO/IEC 14496-12, 8.7.2) naming a URL instead of the film itself. */
function withExternalData(film: Buffer, url: string): Buffer {
  const own = Buffer.from('\0\0\0\x0curl \0\0\0\x01', 'latin1');
  const at = film.lastIndexOf(own);
  assert.ok(at > film.indexOf('moov'), 'the index is at the end, so no offset changes');
  const location = Buffer.from(`\0\0\0\0url \0\0\0\0${url}\0`, 'latin1');
  location.writeUInt32BE(location.length);
  for (const parent of ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref']) {
    const size = film.lastIndexOf(parent, at) - 4;
    film.writeUInt32BE(film.readUInt32BE(size) + location.length - own.length, size);
  }
  return Buffer.concat([film.subarray(0, at), location, film.subarray(at + own.length)]);
}
