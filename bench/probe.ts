import { stat } from 'node:fs/promises';
import { probe } from '../functions/src/providers/ffprobe.js';
import { media, picture, repeated, serveRanges, tone } from '../functions/src/testing/media.js';

/**
 * What validating a recording of some 100 MB reads and takes, against a local server of ranges:
 * `npx tsx bench/probe.ts`. The file is made for it and removed at the end.
 */
const loops = {
  mp3: { seconds: 60, times: 44, codec: ['-b:a', '320k', '-ac', '2', '-ar', '44100'] },
  wav: { seconds: 60, times: 10, codec: ['-ac', '2', '-ar', '48000'] },
  m4a: { seconds: 60, times: 56, codec: ['-b:a', '256k', '-ac', '2', '-ar', '44100'] },
} as const;

async function recordings(): Promise<string[]> {
  const audio = Object.entries(loops).map(async ([extension, { seconds, times, codec }]) => {
    const loop = await media(`loop.${extension}`, ...tone(seconds), ...codec);
    return media(`recording.${extension}`, ...repeated(loop, times));
  });
  const noise = ['-vf', 'noise=alls=80:allf=t', '-preset', 'ultrafast', '-qp', '6'];
  const film = await media('loop.mp4', ...picture(20), ...tone(20), ...noise);
  return [...(await Promise.all(audio)), await media('recording.mp4', ...repeated(film, 20))];
}

const rows: Record<string, Record<string, number | string>> = {};
for (const path of await recordings()) {
  const server = await serveRanges(path);
  const startedAt = performance.now();
  const { duration } = await probe(server.url, { timeoutSeconds: 60 });
  rows[path.split('.').at(-1) ?? path] = {
    'file MB': ((await stat(path)).size / 1e6).toFixed(1),
    'read kB': Math.round(server.bytesServed() / 1e3),
    'took ms': Math.round(performance.now() - startedAt),
    'duration s': Math.round(duration ?? 0),
  };
  server.close();
}
console.table(rows);
