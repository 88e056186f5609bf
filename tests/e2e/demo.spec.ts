import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { jobStatusSchema, quotaSchema, transcriptSchema } from '@quikthread/contract';
import { z } from 'zod';
import { ROOT } from '../../scripts/platform/workspace.js';
import { makeTone } from '../support/media.js';
import { ports } from '../support/platform.js';

const resultSchema = z.strictObject({
  job: jobStatusSchema,
  transcript: transcriptSchema,
  quota: quotaSchema,
  timings: z.record(z.string(), z.number().nonnegative()),
});

/** Runs the demo as `npm run demo` does, on the platform that these tests run on. */
async function demo(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, PORT_OFFSET: String(ports.offset) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code: code as number | null, stdout, stderr };
}

describe('npm run demo', function () {
  this.timeout(180_000);

  it('prints the transcript, five threads and the times, and at the end one line of JSON', async () => {
    const { code, stdout, stderr } = await demo('--json', '--tier', 'pro');
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split('\n');
    const result = resultSchema.parse(JSON.parse(lines.at(-1) ?? ''));
    assert.equal(result.job.status, 'completed');
    assert.equal(result.job.threads?.length, 5);
    assert.equal(result.quota.tier, 'pro');
    assert.equal(result.quota.remaining, 29);
    for (const step of ['sign-up', 'upload', 'validation', 'job creation', 'reading results']) {
      assert.ok(step in result.timings, step);
    }
    for (const number of [1, 2, 3, 4, 5]) assert.ok(lines.includes(`Thread ${number}`));
    assert.match(stderr, /uploading .*100 %/);
    assert.match(stderr, /completed .*100 %/);
    assert.ok(!stdout.includes('uploading'));
  });

  it('ends with 1 and the public error where the recording is refused', async () => {
    const tooLong = await makeTone(1860, 'mp3');
    const { code, stdout, stderr } = await demo('--file', tooLong);
    assert.equal(code, 1);
    assert.match(stderr, /\((upload_rejected|recording_too_long)\)/);
    assert.equal(stdout, '');
  });

  it('ends with 2 and the usage where the arguments are wrong', async () => {
    const { code, stderr } = await demo('--tier', 'gold');
    assert.equal(code, 2);
    assert.match(stderr, /usage: npm run demo/);
  });
});
