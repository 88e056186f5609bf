import assert from 'node:assert/strict';
import { CallError } from '../../platform/errors.js';
import { finishedJob } from '../../testing/finishedJob.js';
import { chooseThread, textsOf } from './chooseThread.js';

describe('chooseThread', () => {
  const job = finishedJob({ jobId: 'j1', userId: 'ada' });
  const thread = chooseThread(job, 'ada', 4);

  it('gives the option, counted from 0', () => {
    assert.equal(thread, job.threads?.[4]);
    assert.equal(thread.threadNumber, 5);
  });

  it('posts the generated tweets, or the user’s own where there are any', () => {
    assert.deepEqual(textsOf(thread), thread.tweets);
    assert.deepEqual(textsOf({ ...thread, editedTweets: ['Mine.'] }), ['Mine.']);
  });

  const refused = {
    'no job': [null, 'ada', 0, { code: 'job_missing' }],
    'the job of another': [job, 'bob', 0, { code: 'job_not_yours' }],
    'the job of another that is not even completed': [
      { ...job, status: 'failed', threads: null },
      'bob',
      0,
      { code: 'job_not_yours' },
    ],
    'a job under way': [
      { ...job, status: 'generating', threads: null },
      'ada',
      0,
      { code: 'job_wrong_state', status: 'generating' },
    ],
    'a job that was cancelled with its threads there': [
      { ...job, status: 'cancelled' },
      'ada',
      0,
      { code: 'job_wrong_state', status: 'cancelled' },
    ],
    'a job that posts': [
      { ...job, kind: 'post', threads: null },
      'ada',
      0,
      { code: 'job_wrong_state', status: 'completed' },
    ],
    'an option that is not there': [job, 'ada', 5, { code: 'thread_missing', threads: 5 }],
  } as const;
  for (const [name, [of, userId, index, details]] of Object.entries(refused)) {
    it(`refuses ${name}: ${details.code}`, () => {
      assert.throws(
        () => chooseThread(of, userId, index),
        (error) => {
          assert.ok(error instanceof CallError);
          assert.deepEqual(error.details, details);
          return true;
        },
      );
    });
  }
});
