import assert from 'node:assert/strict';
import { setParameters } from '../testing/parameters.js';
import { config } from './config.js';

describe('config', () => {
  let unset = (): void => undefined;
  const setBefore = process.env['FIREBASE_CONFIG'];

  before(() => {
    // As the platform sets it where functions run.
    process.env['FIREBASE_CONFIG'] = JSON.stringify({ projectId: 'quikthread-test' });
  });
  afterEach(() => {
    unset();
  });
  after(() => {
    if (setBefore === undefined) Reflect.deleteProperty(process.env, 'FIREBASE_CONFIG');
    else process.env['FIREBASE_CONFIG'] = setBefore;
  });

  it("takes the project's own addresses where none are given", () => {
    unset = setParameters();
    const { frontendUrls, xCallbackUrl, singleAccountMode } = config();
    assert.deepEqual(frontendUrls, ['https://quikthread-test.web.app']);
    const functions = 'https://us-central1-quikthread-test.cloudfunctions.net';
    assert.equal(xCallbackUrl, `${functions}/xOAuthCallback`);
    assert.equal(singleAccountMode, false);
  });

  it('takes several front ends, the first one foremost', () => {
    unset = setParameters({
      FRONTEND_URLS: 'https://app.example.com, http://localhost:5173',
      SINGLE_ACCOUNT_MODE: 'true',
    });
    const { frontendUrls, singleAccountMode } = config();
    assert.deepEqual(frontendUrls, ['https://app.example.com', 'http://localhost:5173']);
    assert.equal(singleAccountMode, true);
  });

  for (const [name, value] of [
    ['FRONTEND_URLS', 'https://app.example.com/'],
    ['FRONTEND_URLS', 'https://app.example.com,https://user@app.example.com'],
    ['FRONTEND_URLS', 'javascript:alert(1)'],
    ['FRONTEND_URLS', '*'],
    ['X_CALLBACK_URL', 'ftp://example.com/x'],
    ['X_API_BASE_URL', ''],
    ['JOB_LEASE_SECONDS', '1'],
  ] as const) {
    it(`names ${name} where it is "${value}"`, () => {
      unset = setParameters({ [name]: value });
      assert.throws(config, new RegExp(`^Error: Deployment parameters are off: ${name} `));
    });
  }
});
