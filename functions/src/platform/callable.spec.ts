import assert from 'node:assert/strict';
import { callables } from '@quikthread/contract';
import type { CallableName } from '@quikthread/contract';
import { invalidInput } from './callable.js';

function problems(name: CallableName, input: unknown): Record<string, string> {
  const parsed = callables[name].input.safeParse(input);
  assert.ok(parsed.error, 'the input was accepted');
  const { details, message } = invalidInput(parsed.error);
  assert.ok(details.code === 'invalid_input');
  for (const { field } of details.fields) assert.ok(message.includes(field));
  return Object.fromEntries(details.fields.map(({ field, problem }) => [field, problem]));
}

describe('a refused input', () => {
  it('names each unknown field', () => {
    assert.deepEqual(problems('updateSettings', { displayName: 'Ada', tier: 'business', x: 1 }), {
      tier: 'is not a field of this call',
      x: 'is not a field of this call',
    });
    assert.deepEqual(problems('updateSettings', { settings: { theme: 'dark' } }), {
      'settings.theme': 'is not a field of this call',
    });
  });

  it('names nested fields and says what would be accepted', () => {
    assert.deepEqual(problems('updateSettings', { settings: { timeZone: 'Mars/Olympus' } }), {
      'settings.timeZone': 'must be an IANA time zone such as "Europe/Paris"',
    });
  });

  it('names a field that is missing or of the wrong type', () => {
    assert.deepEqual(Object.keys(problems('getJob', {})), ['jobId']);
    assert.deepEqual(Object.keys(problems('listJobs', { pageSize: 51 })), ['pageSize']);
    assert.deepEqual(Object.keys(problems('createJob', { type: 'fax' })), ['type']);
  });

  it('speaks of the input where it is not an object at all', () => {
    assert.deepEqual(Object.keys(problems('getJob', 'abc')), ['input']);
  });

  it('is what a call without input gets for passing one', () => {
    const parsed = callables.getQuota.input.safeParse({ creditsUsed: 0 });
    assert.ok(parsed.error);
  });
});
