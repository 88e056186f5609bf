import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { QuikThreadError } from '@quikthread/client';
import type { JobStatus } from '@quikthread/contract';
import { SAMPLE } from '../support/media.js';
import { closeAll, signUp } from '../support/platform.js';

describe('the main path', () => {
  after(closeAll);

  it('makes five threads of an uploaded recording, for one credit', async function () {
    this.timeout(180_000);
    const { client, userId } = await signUp();
    const profile = await client.initUser();
    assert.equal(profile.userId, userId);

    const upload = await client.uploadMedia(await openAsBlob(SAMPLE), { name: 'sample.mp3' });
    assert.equal(upload.status, 'valid');
    assert.ok((upload.duration ?? 0) > 120);

    const { storagePath } = upload;
    const { jobId } = await client.createJob({ type: 'upload', storagePath });
    assert.equal((await client.getQuota()).creditsReserved, 1);

    const seen: JobStatus[] = [];
    const job = await client.waitForJob(jobId, { onChange: (change) => seen.push(change) });
    assert.equal(job.status, 'completed', job.error ?? '');
    assert.equal(job.threads?.length, 5);
    const progress = seen.map((change) => change.progress);
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    );
    assert.equal(progress.at(-1), 100);

    const transcript = await client.getTranscript(jobId);
    assert.equal(transcript.jobId, jobId);
    assert.ok(transcript.wordCount > 200);

    const quota = await client.getQuota();
    assert.equal(quota.creditsUsed, 1);
    assert.equal(quota.creditsReserved, 0);
    assert.deepEqual(await client.getJob({ jobId }), job);
  });

  it("refuses to show someone else's job", async function () {
    this.timeout(20_000);
    const { client: owner } = await signUp();
    await owner.initUser();
    const contentUrl = 'http://127.0.0.1:9/nothing.mp3';
    const { jobId } = await owner.createJob({ type: 'url', contentUrl });

    const { client: other } = await signUp();
    await assert.rejects(other.getJob({ jobId }), (error) => {
      assert.ok(error instanceof QuikThreadError);
      assert.equal(error.status, 'permission-denied');
      assert.equal(error.code, 'job_not_yours');
      return true;
    });
    await assert.rejects(other.waitForJob(jobId), { status: 'permission-denied' });
    await assert.rejects(other.getTranscript(jobId), { status: 'permission-denied' });
  });
});
