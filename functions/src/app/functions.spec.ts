import assert from 'node:assert/strict';
import { callables } from '@quikthread/contract';
import type { CallableName } from '@quikthread/contract';
import { deleteApp, getApps } from 'firebase-admin/app';
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

/** What a deployment sets from the parameters' defaults. */
const parameters = {
  DEEPGRAM_BASE_URL: 'https://deepgram.invalid',
  DEEPGRAM_MODEL: 'nova-3',
  GEMINI_BASE_URL: 'https://gemini.invalid',
  GEMINI_MODEL: 'gemini-3.5-flash-lite',
  GEMINI_TEMPERATURE: '0.8',
  ENFORCE_APP_CHECK: 'false',
  MIN_MEDIA_BYTES: '1048576',
  MAX_MEDIA_BYTES: '524288000',
  JOB_LEASE_SECONDS: '90',
};

const auth = { uid: 'u1', token: {} } as NonNullable<CallableRequest['auth']>;

describe('the callables, offline', () => {
  before(() => {
    Object.assign(process.env, parameters);
  });

  after(async () => {
    await Promise.all(getApps().map((app) => deleteApp(app)));
    for (const name of Object.keys(parameters)) Reflect.deleteProperty(process.env, name);
    offline.cleanup();
  });

  for (const name of Object.keys(callables) as CallableName[]) {
    it(`${name} refuses a caller who is not signed in`, async () => {
      const error = await refusal(name, {});
      assert.equal(error.code, 'unauthenticated');
      assert.deepEqual(error.details, { code: 'unauthenticated' });
    });

    it(`${name} refuses a caller without App Check where it is enforced`, async () => {
      process.env['ENFORCE_APP_CHECK'] = 'true';
      try {
        const error = await refusal(name, { auth });
        assert.equal(error.code, 'unauthenticated');
        assert.deepEqual(error.details, { code: 'app_check_required' });
      } finally {
        process.env['ENFORCE_APP_CHECK'] = 'false';
      }
    });

    it(`${name} refuses a field it does not know, by name`, async () => {
      const data = { type: 'url', contentUrl: 'https://example.com/a.mp3', surprise: 1 };
      const error = await refusal(name, { auth, data });
      assert.equal(error.code, 'invalid-argument');
      assert.match(error.message, /surprise/);
    });
  }

  it('answer the unforeseen as internal, with an id and without its cause', async () => {
    process.env['JOB_LEASE_SECONDS'] = '1';
    try {
      const error = await refusal('getQuota', { auth });
      assert.equal(error.code, 'internal');
      const { code, errorId } = error.details as { code: string; errorId: string };
      assert.equal(code, 'internal');
      assert.ok(error.message.includes(errorId));
      assert.doesNotMatch(error.message, /JOB_LEASE_SECONDS/);
    } finally {
      process.env['JOB_LEASE_SECONDS'] = parameters.JOB_LEASE_SECONDS;
    }
  });
});
