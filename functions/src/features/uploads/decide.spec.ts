import assert from 'node:assert/strict';
import type { Upload } from '@quikthread/contract';
import { JobError } from '../../platform/errors.js';
import { nextAction, refusalOf } from './decide.js';

const upload = (status: Upload['status'], generation: string): Upload => ({
  userId: 'u1',
  storagePath: 'users/u1/uploads/talk.mp3',
  generation,
  status,
  reason: status === 'rejected' ? 'not_media' : null,
  message: null,
  container: null,
  codec: null,
  bytes: 2_000_000,
  duration: null,
});

describe('nextAction', () => {
  it('validates what is unknown, pending, or newer than what is known', () => {
    assert.equal(nextAction(null, '9'), 'validate');
    assert.equal(nextAction(upload('pending', '9'), '9'), 'validate');
    assert.equal(nextAction(upload('valid', '9'), '10'), 'validate');
    assert.equal(
      nextAction(upload('rejected', '1763712000000000'), '1763712000000001'),
      'validate',
    );
  });

  it('deletes what was rejected, again', () => {
    assert.equal(nextAction(upload('rejected', '9'), '9'), 'delete');
  });

  it('leaves alone what is valid, and what was replaced', () => {
    assert.equal(nextAction(upload('valid', '9'), '9'), 'nothing');
    for (const status of ['pending', 'valid', 'rejected'] as const) {
      assert.equal(nextAction(upload(status, '10'), '9'), 'nothing');
    }
  });
});

describe('refusalOf', () => {
  const failure = (code: JobError['code'], retry: JobError['retry']) =>
    new JobError(code, 'What is wrong.', retry);

  it('refuses at once for what is wrong with the file', () => {
    const refusal = { reason: 'not_media', message: 'What is wrong.' };
    assert.deepEqual(refusalOf(failure('not_media', 'never'), 0), refusal);
    const unreadable = refusalOf(failure('media_unreadable', 'never'), 0);
    assert.deepEqual(unreadable, { reason: 'unreadable', message: 'What is wrong.' });
  });

  it('refuses nothing for what is wrong on our side, for ten minutes', () => {
    const ours = [
      failure('timed_out', 'later'),
      failure('media_unreadable', 'later'),
      new TypeError('bug'),
    ];
    for (const error of ours) {
      assert.equal(refusalOf(error, 600), null);
      assert.equal(refusalOf(error, 601)?.reason, 'unreadable');
    }
  });
});
