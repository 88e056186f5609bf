import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  analyticsSchema,
  jobStatusSchema,
  postPreviewSchema,
  postSchema,
  quotaSchema,
  transcriptSchema,
  xAccountSchema,
} from '@quikthread/contract';
import type { Thread } from '@quikthread/contract';
import twitter from 'twitter-text';
import { z } from 'zod';
import { openSession } from '../../scripts/platform/session.js';
import { ROOT } from '../../scripts/platform/workspace.js';
import { scriptedSpeech } from '../support/jobs.js';
import { longRecording, makeTone } from '../support/media.js';
import { media, startMediaHost } from '../support/mediaHost.js';
import type { Answer } from '../support/mediaHost.js';
import { admin, closeAll, eventually, ports } from '../support/platform.js';
import { deepgram, gemini, x } from '../support/standIns.js';
import { timelineOf } from '../support/x.js';

/** Its steps, and, where sources have changed since the platform was started, the build. */
const PROGRESS =
  /^((uploading|processing|transcribing|generating|posting|completed|failed) +[█░]{30} +\d+ %|Building …$)/;

const resultSchema = z.strictObject({
  job: jobStatusSchema,
  transcript: transcriptSchema,
  quota: quotaSchema,
  posting: z
    .strictObject({ xAccount: xAccountSchema, preview: postPreviewSchema, post: postSchema })
    .nullable(),
  analytics: analyticsSchema.nullable(),
  timings: z.record(z.string(), z.number().nonnegative()),
});

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo as `npm run demo` does, on the platform of these tests, which it finds running. */
async function demo(...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, PORT_OFFSET: String(ports.offset) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

/** What stands on standard error and is not progress. */
function remarks({ stderr }: Run): string {
  const lines = stderr.split('\n').filter((line) => !PROGRESS.test(line));
  return lines.join('\n').trim();
}

/** The JSON that a successful run ends with, after the threads that it shows. */
function resultOf(run: Run): z.infer<typeof resultSchema> {
  assert.deepEqual([run.code, remarks(run)], [0, '']);
  const result = resultSchema.parse(JSON.parse(run.stdout.trimEnd().split('\n').at(-1) ?? ''));
  assert.equal(result.job.status, 'completed');
  assertPrinted(run.stdout, result.job.threads ?? []);
  return result;
}

/** The reason that a refused run gives; it shows no results. */
function refusalOf(run: Run): string {
  assert.deepEqual([run.code, run.stdout], [1, '']);
  return remarks(run);
}

describe('npm run demo', function () {
  this.timeout(180_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-spec-'));
  });
  beforeEach(() => Promise.all([deepgram.reset(), gemini.reset(), x.reset()]));
  after(async () => {
    await x.reset();
    await rm(folder, { recursive: true });
    await closeAll();
  });

  it('shows five threads of the sample recording, and all of it as JSON', async () => {
    const run = await demo('--json');
    const { transcript, quota, posting, analytics, timings } = resultOf(run);
    assert.deepEqual([posting, analytics], [null, null]);
    assert.match(transcript.text, /^Three years ago/);
    assert.match(run.stdout, /^\s*Transcript \(132\.\d s, \d+ words, 1 speaker\(s\)\)\n/);
    assert.deepEqual([quota.tier, quota.creditsUsed, quota.remaining], ['free', 1, 1]);
    for (const step of ['sign-up', 'upload', 'validation', 'transcribing', 'reading results']) {
      assert.ok(step in timings, step);
    }
    assert.match(run.stderr, /^uploading .* 100 %[^]*^completed .* 100 %/m);
  });

  it('says why a text named .mp3 is refused, and leaves nothing of it', async () => {
    const file = join(folder, 'talk.mp3');
    await writeFile(file, 'This is a text, and no recording at all.\n'.repeat(40_000));
    const email = `${randomUUID()}@quikthread.test`;
    assert.equal(
      refusalOf(await demo('--file', file, '--email', email)),
      'This file is not an audio or video recording. MP3, MP4, M4A, WAV or WebM files are accepted, whatever their name says. (upload_rejected)',
    );
    await eventually(async () => {
      assert.deepEqual(await objectsOf(email), []);
    });
  });

  it('refuses a kind of file that the platform does not take', async () => {
    const file = join(folder, 'talk.txt');
    await writeFile(file, 'a text');
    const said = refusalOf(await demo('--file', file));
    assert.match(said, /^Files must be one of mp3, mp4, m4a, wav, webm\./);
  });

  it('refuses 31 minutes on the free plan, and names the plan that takes them', async () => {
    const said = refusalOf(await demo('--file', await longRecording()));
    assert.match(
      said,
      /^This recording lasts 31 min; your plan allows up to 30 min\. The Pro plan /,
    );
  });

  it('takes 31 minutes on the pro plan', async () => {
    await deepgram.fault(scriptedSpeech);
    const run = await demo('--file', await longRecording(), '--tier', 'pro', '--json');
    const { quota } = resultOf(run);
    assert.deepEqual([quota.tier, quota.remaining], ['pro', 29]);
  });

  it('takes a link', async () => {
    await deepgram.fault(scriptedSpeech);
    const file = media(await readFile(await talk()), 'audio/wav');
    const run = await ofHost({ '/talk.wav': file }, (origin) =>
      demo('--url', `${origin}/talk.wav`, '--json'),
    );
    assert.equal(resultOf(run).job.type, 'url');
  });

  it('posts the first thread on the pro plan, and says where it is', async () => {
    await deepgram.fault(scriptedSpeech);
    const run = await demo('--file', await talk(), '--post', '--json');
    const { job, quota, posting, analytics } = resultOf(run);
    assert.deepEqual([quota.tier, analytics], ['pro', null]);
    const { post, preview, xAccount } = posting ?? assert.fail('nothing was posted');
    assert.deepEqual([post.status, post.tweets], ['completed', job.threads?.[0]?.tweets]);
    assert.equal(post.username, xAccount.username);
    const timeline = await timelineOf(xAccount.username);
    assert.deepEqual(
      timeline.map(({ id, text }) => [id, text]),
      post.tweets.map((tweet, index) => [post.tweetIds[index], tweet]),
    );
    assert.ok(run.stdout.includes(`\n  ${post.threadUrl ?? ''}\n`), run.stdout);
    assert.ok(preview.estimatedCharge > 0);
    assert.match(run.stderr, /^posting .* 0 % {2}at an estimated \$0\.\d+$/m);
  });

  it('measures the thread a day after it was posted, on the business plan', async () => {
    await deepgram.fault(scriptedSpeech);
    const run = await demo('--file', await talk(), '--analytics', '--json');
    const { quota, posting, analytics } = resultOf(run);
    const { threads, totalImpressions } = analytics ?? assert.fail('there are no analytics');
    const [thread] = threads;
    assert.deepEqual([quota.tier, thread?.postId], ['business', posting?.post.postId]);
    assert.ok(totalImpressions > 0);
    const rows = run.stdout.match(/^ {2}\d+ +[\d,]+ +[\d,]+( +\d+\.\d %)?$/gm);
    assert.equal(rows?.length, thread?.tweets.length);
    const days = run.stdout.match(/^ {2}\d{4}-\d\d-\d\d +[\d,]+( +█+)?$/gm);
    assert.equal(days?.length, 7);
  });

  it('says why a thread was not posted', async () => {
    await Promise.all([deepgram.fault(scriptedSpeech), x.fault({ answer: 'duplicate', times: 5 })]);
    const said = refusalOf(await demo('--file', await talk(), '--post'));
    assert.match(said, /\(x_duplicate_content\)$/);
  });

  it('says why a link failed, without its path and query', async () => {
    const run = await ofHost({}, (origin) => demo('--url', `${origin}/talk.wav?token=a-secret`));
    const said = refusalOf(run);
    assert.match(said, /^"127\.0\.0\.1:\d+" answered 404 .* \(url_unreachable\)$/);
    assert.doesNotMatch(said, /talk|secret/);
  });

  const mistakes: Readonly<Record<string, readonly [args: readonly string[], said: RegExp]>> = {
    'an unknown flag': [['--speed', '2'], /^Unknown option '--speed'/],
    'an unknown plan': [
      ['--tier', 'gold'],
      /^--tier must be one of free, pro, business, not "gold"/,
    ],
    '--post on a plan without it': [
      ['--post', '--tier', 'free'],
      /^--post needs --tier pro or business: the free plan cannot post to X\n/,
    ],
    'a file that is not there': [['--file', 'no/talk.mp3'], /^there is no file no\/talk\.mp3\n/],
    'a folder': [['--file', 'samples'], /^samples is not a file\n/],
  };
  for (const [name, [args, said]] of Object.entries(mistakes)) {
    it(`given ${name} says so, shows its usage, and ends with 2`, async () => {
      const run = await demo(...args);
      assert.deepEqual([run.code, run.stdout], [2, '']);
      assert.match(run.stderr, said);
      assert.match(run.stderr, /^usage: npm run demo -- /m);
    });
  }
});

/** A short recording, in which is heard whatever the stand-in is told. */
function talk(): Promise<string> {
  return makeTone(15, 'wav');
}

/** What is in Storage of the user with this email. */
async function objectsOf(email: string): Promise<string[]> {
  const session = await openSession(ports, email);
  await session.close();
  const [files] = await admin().bucket.getFiles({ prefix: `users/${session.userId}/` });
  return files.map(({ name }) => name);
}

/** Runs while a host answers by these routes. */
async function ofHost(
  routes: Readonly<Record<string, Answer>>,
  run: (origin: string) => Promise<Run>,
): Promise<Run> {
  const host = await startMediaHost(routes);
  try {
    return await run(host.origin);
  } finally {
    await host.close();
  }
}

/** Each tweet stands on standard output with its place in the thread and its weighted length. */
function assertPrinted(stdout: string, threads: readonly Thread[]): void {
  assert.equal(threads.length, 5);
  const expected = threads.flatMap(({ threadNumber, tweets }) => [
    `Thread ${threadNumber}`,
    ...tweets.map((tweet, index) => {
      const { weightedLength } = twitter.parseTweet(tweet);
      return `  ${index + 1}/${tweets.length} (${weightedLength} of 280`;
    }),
  ]);
  assert.deepEqual(stdout.match(/^(Thread \d| {2}\d\/\d \(\d+ of 280)/gm), expected);
}
