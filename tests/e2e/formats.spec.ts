import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Thread, Transcript } from '@quikthread/contract';
import twitter from 'twitter-text';
import { convertSample, makeMedia, SAMPLE } from '../support/media.js';
import { closeAll, signUpOn } from '../support/platform.js';
import { deepgram, gemini } from '../support/standIns.js';

/** The plainest recogniser that the platform takes hears nine words of ten of the sample. */
const LEAST_SHARE_HEARD = 0.8;
/** Tweets are the recording's own sentences; the writer adds a line of its own to a few. */
const LEAST_SHARE_SAID = 0.8;
const LEAST_SHARE_WITH_SOURCE = 0.9;

/** 75 seconds, at rates that bring them over the least size of a recording. */
const cut = ['-t', '75', '-ar', '48000'];
const m4a = () => convertSample('cut-75.m4a', [...cut, '-c:a', 'aac', '-b:a', '160k']);
const webm = () =>
  convertSample('cut-75.webm', [...cut, '-c:a', 'libopus', '-vbr', 'off', '-b:a', '160k']);

interface Format {
  readonly make: () => Promise<string>;
  readonly container: string;
  readonly codec: string;
  /** Seconds. */
  readonly duration: number;
}

/** Those that only wrap the sound of another one again sound the same, and are recognised once. */
const formats: Readonly<Record<string, Format>> = {
  'talk.mp3': {
    make: () => Promise.resolve(SAMPLE),
    container: 'mp3',
    codec: 'mp3',
    duration: 132.3,
  },
  'talk.m4a': { make: m4a, container: 'mp4', codec: 'aac', duration: 75 },
  'film.mp4': {
    make: async () => {
      const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=10'];
      const codecs = ['-c:a', 'copy', '-c:v', 'libx264', '-preset', 'ultrafast'];
      const maps = ['-map', '0:a', '-map', '1:v', '-shortest'];
      return makeMedia('cut-75.mp4', ['-i', await m4a(), ...picture, ...maps, ...codecs]);
    },
    container: 'mp4',
    codec: 'aac',
    duration: 75,
  },
  'talk.webm': { make: webm, container: 'webm', codec: 'opus', duration: 75 },
  'recorded-live-by-a-browser.webm': {
    // As MediaRecorder leaves it: no duration in the header, no index.
    make: async () => makeMedia('live-75.webm', ['-i', await webm(), '-c', 'copy', '-live', '1']),
    container: 'webm',
    codec: 'opus',
    duration: 75,
  },
};

describe('a recording, really transcribed,', function () {
  this.timeout(240_000);

  before(() => Promise.all([deepgram.reset(), gemini.reset()]));
  after(closeAll);

  for (const [name, { make, container, codec, duration }] of Object.entries(formats)) {
    it(`as ${name} becomes five threads of what it says`, async () => {
      const { client } = await signUpOn('free');
      const upload = await client.uploadMedia(await openAsBlob(await make()), { name });
      assert.deepEqual([upload.container, upload.codec], [container, codec]);
      assertAbout(upload.duration, duration);

      const { storagePath } = upload;
      const { jobId } = await client.createJob({ type: 'upload', storagePath });
      const job = await client.waitForJob(jobId);
      assert.equal(job.status, 'completed', job.error ?? '');
      assertAbout(job.duration, duration);

      const transcript = await client.getTranscript(jobId);
      await assertHeard(transcript, duration);
      assertThreads(job.threads ?? [], transcript);
    });
  }
});

function assertAbout(seconds: number | null, expected: number): void {
  assert.ok(seconds !== null && Math.abs(seconds - expected) < 0.5, `${seconds} s`);
}

/** The transcript follows the script that the sample was read from, as far as the recording goes. */
async function assertHeard(transcript: Transcript, duration: number): Promise<void> {
  const script = wordsOf(await readFile(SAMPLE.replace(/\.mp3$/, '.txt'), 'utf8'));
  const heard = wordsOf(transcript.text);
  const share = shareOf(heard, script.slice(0, heard.length));
  assert.ok(share >= LEAST_SHARE_HEARD, `${share} of ${heard.length} words: ${transcript.text}`);
  // As much was heard as was read in that time, more or less.
  const expected = (script.length * duration) / 132.3;
  assert.ok(Math.abs(heard.length / expected - 1) < 0.15, `${heard.length} of ${expected} words`);
  assertAbout(transcript.duration, duration);
  for (const { start, end } of transcript.paragraphs) {
    assert.ok(start < end && end <= transcript.duration + 0.5);
  }
}

function assertThreads(threads: readonly Thread[], transcript: Transcript): void {
  assert.deepEqual(
    threads.map(({ threadNumber }) => threadNumber),
    [1, 2, 3, 4, 5],
  );
  assert.equal(new Set(threads.map(({ tweets }) => tweets.join())).size, 5);
  for (const { tweets } of threads) {
    assert.ok(tweets.length >= 5 && tweets.length <= 8, `${tweets.length} tweets`);
    for (const tweet of tweets) {
      assert.ok(twitter.parseTweet(tweet).weightedLength <= 280, tweet);
    }
  }
  const said = shareOf(
    threads.flatMap(({ tweets }) => tweets.flatMap(wordsOf)),
    wordsOf(`${transcript.text} `.repeat(threads.length)),
  );
  assert.ok(said >= LEAST_SHARE_SAID, `${said} of the tweets’ words were said`);
  const sources = threads.flatMap((thread) => thread.sources);
  const found = sources.filter(({ ranges }) => ranges.length > 0).length / sources.length;
  assert.ok(found >= LEAST_SHARE_WITH_SOURCE, `${found} of the tweets have a source`);
  for (const { start, end } of sources.flatMap(({ ranges }) => ranges)) {
    assert.ok(start < end && end <= transcript.duration + 0.5);
  }
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z']+/g) ?? [];
}

/** The share of `words` that is also among `others`, each of which counts for one. */
function shareOf(words: readonly string[], others: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of others) left.set(word, (left.get(word) ?? 0) + 1);
  const found = words.filter((word) => {
    const count = left.get(word) ?? 0;
    left.set(word, count - 1);
    return count > 0;
  });
  return found.length / words.length;
}
