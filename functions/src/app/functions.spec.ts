import assert from 'node:assert/strict';
import { callables } from '@quikthread/contract';
import type { CallableContract, CallableName } from '@quikthread/contract';
import { deleteApp, getApps } from 'firebase-admin/app';
import { HttpsError } from 'firebase-functions/https';
import type { CallableFunction, CallableRequest } from 'firebase-functions/https';
import firebaseFunctionsTest from 'firebase-functions-test';
import { parameters, setParameters } from '../testing/parameters.js';
import {
  analytics,
  billing,
  jobs,
  posting,
  privacy,
  threads,
  users,
  xAccount,
} from './functions.js';

const offline = firebaseFunctionsTest();

const functions: Readonly<Record<CallableName, CallableFunction<never, unknown>>> = {
  ...users,
  ...threads,
  ...jobs,
  ...xAccount,
  ...posting,
  ...analytics,
  ...privacy,
  ...billing,
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

const auth = { uid: 'u1', token: {} } as NonNullable<CallableRequest['auth']>;

describe('the callables, offline', () => {
  let unsetParameters: () => void;

  before(() => {
    unsetParameters = setParameters();
  });

  after(async () => {
    await Promise.all(getApps().map((app) => deleteApp(app)));
    unsetParameters();
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

  for (const name of Object.keys(callables) as CallableName[]) {
    const { errors }: CallableContract = callables[name];
    if (!errors.includes('app_check_replayed')) continue;
    it(`${name} refuses an App Check token that was used before, and takes a new one`, async () => {
      process.env['ENFORCE_APP_CHECK'] = 'true';
      const app = { appId: 'app', token: {} } as NonNullable<CallableRequest['app']>;
      const call = (alreadyConsumed: boolean) =>
        refusal(name, { auth, app: { ...app, alreadyConsumed } });
      try {
        const replayed = await call(true);
        assert.equal(replayed.code, 'unauthenticated');
        assert.deepEqual(replayed.details, { code: 'app_check_replayed' });
        // It gets as far as its input, of which there is none.
        assert.equal((await call(false)).code, 'invalid-argument');
      } finally {
        process.env['ENFORCE_APP_CHECK'] = 'false';
      }
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
