import assert from 'node:assert/strict';
import { callables } from '@quikthread/contract';
import type { CallableName } from '@quikthread/contract';
import { HttpsError } from 'firebase-functions/https';
import type { CallableFunction, CallableRequest } from 'firebase-functions/https';
import firebaseFunctionsTest from 'firebase-functions-test';
import { jobs, threads, users } from './functions.js';

const offline = firebaseFunctionsTest();

const functions: Readonly<Record<CallableName, CallableFunction<never, unknown>>> = {
  ...users,
  ...threads,
  getJob: jobs.getJob,
  listJobs: jobs.listJobs,
  cancelJob: jobs.cancelJob,
  retryJob: jobs.retryJob,
};

async function refusal(name: CallableName, request: Partial<CallableRequest>): Promise<HttpsError> {
  const call = offline.wrap(functions[name]);
  try {
    await call({ data: null, acceptsStreaming: false, ...request } as CallableRequest<never>);
  } catch (error) {
    if (error instanceof HttpsError) return error;
    throw error;
  }
  throw new Error(`${name} was not refused`);
}

describe('the callables, offline', () => {
  after(() => {
    offline.cleanup();
  });

  for (const name of Object.keys(callables) as CallableName[]) {
    it(`${name} refuses a caller who is not signed in`, async () => {
      const error = await refusal(name, {});
      assert.equal(error.code, 'unauthenticated');
      assert.deepEqual(error.details, { code: 'unauthenticated' });
    });

    it(`${name} refuses a field it does not know, by name`, async () => {
      const auth = { uid: 'u1', token: {} } as CallableRequest['auth'];
      const data = { type: 'url', contentUrl: 'https://example.com/a.mp3', surprise: 1 };
      const error = await refusal(name, { auth: auth as NonNullable<typeof auth>, data });
      assert.equal(error.code, 'invalid-argument');
      assert.match(error.message, /surprise/);
    });
  }
});
