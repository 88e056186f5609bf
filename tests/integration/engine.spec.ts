import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { EngineDependencies, RunTask } from '../../functions/src/engine/dependencies.js';
import { readJob, readRun, runPath } from '../../functions/src/engine/documents.js';
import { cancelJob, insertJob } from '../../functions/src/engine/lifecycle.js';
import { runJob } from '../../functions/src/engine/run.js';
import { runTask } from '../../functions/src/engine/tasks.js';
import type { JobKind, Step } from '../../functions/src/engine/types.js';
import { JobError } from '../../functions/src/platform/errors.js';
import { randomId } from '../../functions/src/platform/ids.js';
import { closeFirestores, openFirestore } from '../../functions/src/testing/firestore.js';

type TestStep = Step<unknown, Record<string, unknown>, unknown>;
type Work = TestStep['run'];

/** A project of its own, where no function listens: these tests run the engine themselves. */
const PROJECT = 'demo-quikthread-engine';
const unavailable = new JobError(
  'transcription_unavailable',
  'Try later.',
  { afterSeconds: 0 },
  {
    cause: new Error('private cause'),
  },
);

function step(name: string, run: Work, options: Partial<TestStep> = {}): TestStep {
  const limits = { timeoutSeconds: 5, maxAttempts: 3 };
  const shown = { status: 'transcribing', progress: 25 } as const;
  return { name, ...shown, ...limits, keep: 'document', result: z.unknown(), run, ...options };
}

describe('the engine', function () {
  this.timeout(20_000);
  let db: EngineDependencies['db'];
  let now: Date;
  let userId: string;
  let jobId: string;
  let scheduled: RunTask[];
  let saved: Map<string, unknown>;

  before(() => {
    db = openFirestore(PROJECT);
  });

  after(closeFirestores);

  beforeEach(async () => {
    now = new Date('2026-11-21T10:00:00Z');
    scheduled = [];
    saved = new Map();
    userId = randomId();
    jobId = randomId();
    const account = {
      tier: 'free',
      creditsUsed: 0,
      creditsReserved: 0,
      maxCredits: 2,
      maxDuration: 1800,
      resetDate: new Date('2026-12-01T00:00:00Z'),
    } as const;
    await db.doc(`users/${userId}`).set(account);
    const job = { jobId, userId, kind: 'thread', type: 'upload', input: {}, account } as const;
    await db.runTransaction((transaction) => {
      insertJob(transaction, db, job, now);
      return Promise.resolve();
    });
  });

  function dependencies(...steps: TestStep[]): EngineDependencies {
    const kind: JobKind = { kind: 'thread', input: z.unknown(), steps: () => steps };
    const key = (job: string, name: string) => `${job}/${name}`;
    return {
      db,
      results: {
        save: (job, name, result) => Promise.resolve(void saved.set(key(job, name), result)),
        load: (job, name) => Promise.resolve(saved.get(key(job, name)) ?? null),
      },
      schedule: (task) => Promise.resolve(void scheduled.push(task)),
      clock: () => now,
      random: () => 0,
      leaseSeconds: 60,
      kindOf: () => Promise.resolve(kind),
    };
  }

  const run = (deps: EngineDependencies, seconds = 500) =>
    runJob(deps, jobId, new Date(now.getTime() + seconds * 1000));
  const job = async () => {
    const found = readJob(await db.doc(`jobs/${jobId}`).get());
    assert.ok(found);
    return found;
  };
  const state = async () => {
    const found = readRun(await db.doc(runPath(jobId)).get());
    assert.ok(found);
    return found;
  };
  const credits = async () => {
    const user = await db.doc(`users/${userId}`).get();
    return [user.get('creditsUsed'), user.get('creditsReserved')] as unknown;
  };
  const pass = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };

  it('hands each step what the earlier ones gave, and ends with what the last one publishes', async () => {
    const second = step('second', ({ results }) => Promise.resolve({ sum: results['first'] }), {
      publish: () => ({ job: { duration: 12 }, documents: { 'artifacts/note': { text: 'hi' } } }),
    });
    const deps = dependencies(
      step('first', () => Promise.resolve(41)),
      second,
    );
    assert.equal(await run(deps), 'completed');
    const { status, progress, duration, completedAt } = await job();
    assert.deepEqual([status, progress, duration], ['completed', 100, 12]);
    assert.equal(completedAt, now.toISOString());
    assert.equal((await db.doc(`jobs/${jobId}/artifacts/note`).get()).get('text'), 'hi');
    assert.deepEqual(await credits(), [1, 0]);
    assert.equal(await run(deps), 'ended');
    assert.deepEqual(await credits(), [1, 0]);
  });

  it('schedules a look at the end of the lease before it does anything else', async () => {
    const seen = () => Promise.resolve(scheduled.map(({ notBefore }) => notBefore));
    await run(dependencies(step('first', seen, { publish: () => ({ job: { duration: 1 } }) })));
    assert.deepEqual(
      scheduled.map(({ notBefore }) => notBefore),
      ['2026-11-21T10:01:00.000Z'],
    );
  });

  it('gives up at once on an error that says never, with its public words only', async () => {
    let runs = 0;
    const failing = step('first', () => {
      runs += 1;
      const cause = new Error('the key sk-123 was refused');
      throw new JobError('no_speech', 'Nobody speaks.', 'never', { cause });
    });
    assert.equal(await run(dependencies(failing)), 'failed');
    assert.equal(runs, 1);
    const { status, error, errorCode } = await job();
    assert.deepEqual([status, error, errorCode], ['failed', 'Nobody speaks.', 'no_speech']);
    assert.deepEqual(await credits(), [0, 0]);
    const logs = await db.collection('error-logs').where('context.jobId', '==', jobId).get();
    assert.match(String(logs.docs[0]?.get('message')), /the key sk-123 was refused/);
    const context = { userId, jobId, service: 'first', correlationId: jobId };
    assert.deepEqual(logs.docs[0]?.get('context'), context);
  });

  it('tries again as often as the step allows, then fails with the step’s own code', async () => {
    let runs = 0;
    const failing = step('first', () => {
      runs += 1;
      throw unavailable;
    });
    assert.equal(await run(dependencies(failing)), 'failed');
    assert.equal(runs, 3);
    assert.equal((await job()).errorCode, 'transcription_unavailable');
    assert.deepEqual(await credits(), [0, 0]);
  });

  it('answers what nobody foresaw as internal, without its cause', async () => {
    const odd = step(
      'first',
      () => {
        throw new TypeError('undefined is not the transcript of Ada');
      },
      { maxAttempts: 1 },
    );
    assert.equal(await run(dependencies(odd)), 'failed');
    const { error, errorCode } = await job();
    assert.equal(errorCode, 'internal');
    assert.doesNotMatch(String(error), /Ada/);
  });

  it('ends a step that outlasts its time, even one that does not listen', async () => {
    const deaf = step('first', () => new Promise(() => {}), {
      timeoutSeconds: 0.05,
      maxAttempts: 1,
    });
    assert.equal(await run(dependencies(deaf)), 'failed');
    assert.equal((await job()).errorCode, 'timed_out');
    assert.deepEqual(await credits(), [0, 0]);
  });

  it('runs once when ten deliveries race', async () => {
    let runs = 0;
    const slow = step('first', async () => {
      runs += 1;
      await sleep(100);
    });
    const deps = dependencies(slow);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => run(deps)));
    assert.equal(outcomes.filter((outcome) => outcome === 'completed').length, 1);
    assert.equal(runs, 1);
    assert.deepEqual(await credits(), [1, 0]);
  });

  it('hands a long wait over to a task, which goes on without the finished step', async () => {
    const ran: string[] = [];
    const note = (name: string) => () => Promise.resolve(void ran.push(name)).then(() => name);
    let busy = true;
    const second: Work = async () => {
      await note('second')();
      if (!busy) return null;
      throw new JobError('generation_unavailable', 'Later.', { afterSeconds: 120 });
    };
    const deps = dependencies(step('first', note('first')), step('second', second));
    assert.equal(await run(deps), 'handed over');
    const task = scheduled.at(-1);
    assert.equal(task?.notBefore, '2026-11-21T10:02:00.000Z');
    assert.equal((await state()).lease, null);

    assert.equal(await runTask(deps, task, now, 0), 'early');
    assert.equal(await run(deps), 'held');
    pass(120);
    busy = false;
    assert.equal(await runTask(deps, task, new Date(now.getTime() + 500_000), 0), 'completed');
    assert.deepEqual(ran, ['first', 'second', 'second']);
    assert.equal((await state()).attempts, 2);
  });

  it('starts no step that its function has no time left for', async () => {
    let runs = 0;
    const deps = dependencies(step('first', () => Promise.resolve(void (runs += 1))));
    assert.equal(await run(deps, 14), 'handed over');
    assert.equal(runs, 0);
    assert.equal((await state()).attempts, 1);
    assert.equal(await run(deps), 'completed');
    assert.equal(runs, 1);
  });

  it('reads a large result back from where it was saved', async () => {
    let works = false;
    const large = step('first', () => Promise.resolve({ words: ['a', 'b'] }), { keep: 'storage' });
    const reader = step('second', ({ results }) => {
      if (!works) throw new JobError('internal', 'Later.', { afterSeconds: 120 });
      return Promise.resolve(results['first']);
    });
    const ending = step('third', ({ results }) => Promise.resolve(results['second']), {
      publish: (output) => ({ documents: { 'artifacts/out': { output } } }),
    });
    const deps = dependencies(large, reader, ending);
    assert.equal(await run(deps), 'handed over');
    assert.ok(!JSON.stringify((await state()).checkpoints).includes('words'));
    works = true;
    pass(121);
    assert.equal(await run(deps), 'completed');
    const out = await db.doc(`jobs/${jobId}/artifacts/out`).get();
    assert.deepEqual(out.get('output'), { words: ['a', 'b'] });
  });

  it('adopts a result that was saved just before its process died', async () => {
    let runs = 0;
    const paid = step('first', () => Promise.resolve(void (runs += 1)), {
      keep: 'storage',
      result: z.object({ words: z.array(z.string()) }),
    });
    saved.set(`${jobId}/first`, { words: ['kept'] });
    await db.doc(runPath(jobId)).update({ attempts: 1 });
    const last = step('second', ({ results }) => Promise.resolve(results['first']));
    assert.equal(await run(dependencies(paid, last)), 'completed');
    assert.equal(runs, 0);
  });

  it('fails a job whose process died in every attempt', async () => {
    let runs = 0;
    await db.doc(runPath(jobId)).update({ attempts: 3 });
    const deadly = step('first', () => Promise.resolve(void (runs += 1)));
    assert.equal(await run(dependencies(deadly)), 'failed');
    assert.equal(runs, 0);
    assert.equal((await job()).errorCode, 'internal');
    assert.deepEqual(await credits(), [0, 0]);
  });

  it('lets nobody whose lease was taken over write anything', async () => {
    let outlived: Promise<unknown> = Promise.resolve();
    const deps = dependencies(
      step('first', async () => {
        if ((await state()).attempts > 1) return 'theirs';
        pass(61);
        outlived = run(deps);
        assert.equal(await outlived, 'completed');
        return 'ours';
      }),
      step('second', ({ results }) => Promise.resolve(results['first']), {
        publish: (output) => ({ documents: { 'artifacts/out': { output } } }),
      }),
    );
    assert.equal(await run(deps), 'lost');
    const out = await db.doc(`jobs/${jobId}/artifacts/out`).get();
    assert.equal(out.get('output'), 'theirs');
    assert.deepEqual(await credits(), [1, 0]);
  });

  it('stops a step when its job is cancelled, and settles once', async () => {
    let reason: unknown;
    const deps = {
      ...dependencies(
        step('first', async ({ signal }) => {
          await cancelJob(dependencies(), jobId, userId);
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve, { once: true });
          });
          reason = signal.reason;
          throw new Error('aborted');
        }),
      ),
      leaseSeconds: 0.3,
    };
    assert.equal(await run(deps), 'lost');
    assert.equal(reason instanceof Error && reason.name, 'LeaseLostError');
    assert.equal((await job()).status, 'cancelled');
    assert.deepEqual(await credits(), [0, 0]);
  });

  it('sees a cancellation during a wait', async () => {
    let cancelled: Promise<void> = Promise.resolve();
    const waiting = step('first', () => {
      cancelled = sleep(200).then(() => cancelJob(dependencies(), jobId, userId));
      throw new JobError('transcription_unavailable', 'Later.', { afterSeconds: 12 });
    });
    assert.equal(await run({ ...dependencies(waiting), leaseSeconds: 0.3 }), 'lost');
    await cancelled;
    assert.equal((await job()).status, 'cancelled');
    assert.equal((await state()).attempts, 2);
  });

  it('ends the job of a user who is gone, with nothing to settle', async () => {
    await db.doc(`users/${userId}`).delete();
    assert.equal(await run(dependencies(step('first', () => Promise.resolve(1)))), 'completed');
    assert.equal((await db.doc(`users/${userId}`).get()).exists, false);
  });

  it('drops the task of a job that is gone', async () => {
    const task = { jobId: randomId(), round: 1, notBefore: now.toISOString() };
    assert.equal(await runTask(dependencies(), task, now, 0), 'dropped');
  });
});
