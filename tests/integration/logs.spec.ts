import assert from 'node:assert/strict';
import type { Session } from '../../scripts/platform/session.js';
import { assertCompletedOnce, speechOf, SPEECH, uploadTone } from '../support/jobs.js';
import { logEntries, logLines } from '../support/logs.js';
import type { Entry } from '../support/logs.js';
import { admin, closeAll, eventually, signUpOn } from '../support/platform.js';
import { deepgram, gemini } from '../support/standIns.js';

describe('the log of a job', function () {
  this.timeout(120_000);
  let user: Session;
  let jobId: string;
  let correlationId: unknown;
  let entries: Entry[];

  before(async () => {
    await Promise.all([deepgram.reset(), gemini.reset()]);
    user = await signUpOn('free');
    await deepgram.fault(speechOf(user));
    const storagePath = await uploadTone(user);
    ({ jobId } = await user.client.createJob({ type: 'upload', storagePath }));
    await assertCompletedOnce(user, jobId);
    await eventually(async () => {
      const all = await logEntries();
      assert.ok(all.some((entry) => entry['jobId'] === jobId && entry.message === 'job completed'));
      const call = (entry: Entry) =>
        entry['callable'] === 'createJob' && entry['userId'] === user.userId;
      correlationId = all.find(call)?.['correlationId'];
      entries = all.filter((entry) => entry['correlationId'] === correlationId);
    });
  });
  after(closeAll);

  it('has one id from the call to the job and to each provider that it asks', () => {
    assert.equal(typeof correlationId, 'string');
    const messages = new Set(entries.map(({ message }) => message));
    for (const message of ['call', 'job completed', 'provider called']) {
      assert.ok(messages.has(message), message);
    }
    const asked = entries.flatMap(({ provider, succeeded, durationMs }) =>
      provider === undefined ? [] : [[provider, succeeded, typeof durationMs]],
    );
    assert.deepEqual(asked, [
      ['deepgram', true, 'number'],
      ['gemini', true, 'number'],
    ]);
  });

  it('has it in the event that is kept of the job, too', async () => {
    const events = await admin()
      .firestore.collection('event-logs')
      .where('data.jobId', '==', jobId)
      .get();
    assert.deepEqual(
      events.docs.map((event) => [event.get('type') as unknown, event.get('data') as unknown]),
      [['job_completed', { userId: user.userId, jobId, kind: 'thread', round: 1, correlationId }]],
    );
  });

  it('has nothing of what was said, of who said it, or of a key', async () => {
    const profile = await user.client.getProfile();
    const secrets = [SPEECH.slice(0, 40), 'sold only one kind of bread', profile.email, 'local-d'];
    for (const line of await logLines()) {
      for (const secret of secrets) assert.ok(secret && !line.includes(secret), line);
    }
  });
});
