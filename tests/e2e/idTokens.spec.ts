import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createQuikThreadClient } from '@quikthread/client';
import type { QuikThreadClient } from '@quikthread/client';
import { getAuth } from 'firebase/auth';
import { connectFunctionsEmulator, getFunctions } from 'firebase/functions';
import { z } from 'zod';
import { parameters } from '../../functions/src/testing/parameters.js';
import type { Session } from '../../scripts/platform/session.js';
import { PROJECT_ID, ROOT } from '../../scripts/platform/workspace.js';
import { admin, closeAll, ports, signUpOn } from '../support/platform.js';
import { refusalOf } from '../support/refusals.js';

/** An ID token's claims, as far as they are changed here; `exp` in seconds since the epoch. */
const claimsSchema = z.looseObject({
  aud: z.string(),
  iss: z.string(),
  sub: z.string(),
  exp: z.number(),
});
type Claims = z.infer<typeof claimsSchema>;

describe('a callable that verifies ID tokens, as the deployed ones do,', function () {
  this.timeout(60_000);
  let session: Session;
  let server: ChildProcess;
  let client: QuikThreadClient;
  let genuine: string;

  before(async () => {
    session = await signUpOn('free');
    server = fork(join(ROOT, 'tests/support/getQuotaServer.ts'), {
      execArgv: ['--import', 'tsx'],
      stdio: 'ignore',
      env: {
        ...parameters,
        GCLOUD_PROJECT: PROJECT_ID,
        FIREBASE_CONFIG: JSON.stringify({ projectId: PROJECT_ID }),
        FIREBASE_AUTH_EMULATOR_HOST: ports.host('auth'),
        FIRESTORE_EMULATOR_HOST: ports.host('firestore'),
        METADATA_SERVER_DETECTION: 'none',
      },
    });
    const [port] = z.tuple([z.number()]).parse((await once(server, 'message')).slice(0, 1));
    // Another region's, since those of the app's own region talk to the platform; the server answers for any.
    const functions = getFunctions(session.app, 'europe-west1');
    connectFunctionsEmulator(functions, '127.0.0.1', port);
    client = createQuikThreadClient(session.app, { functions });
    genuine = (await userOf(session).getIdToken()) || assert.fail('there is no token');
  });
  after(async () => {
    server.kill();
    await closeAll();
  });

  /** Has the SDK send this as the user's token. */
  const send = (token: string) => {
    Object.assign(userOf(session), { getIdToken: () => Promise.resolve(token) });
  };

  it('answers the user whose token it is', async () => {
    for (const token of [genuine, changed((claims) => claims)(genuine)]) {
      send(token);
      assert.equal((await client.getQuota()).remaining, 2);
    }
  });

  const forgeries: Readonly<Record<string, (token: string) => string>> = {
    'one that has expired': changed((claims) => ({ ...claims, exp: claims.exp - 3601 })),
    'one of another project': changed((claims) => ({ ...claims, aud: 'demo-another' })),
    'one by another issuer': changed((claims) => ({ ...claims, iss: 'https://example.com' })),
    'one of nobody': changed((claims) => ({ ...claims, sub: '' })),
    'half of one': (token) => token.slice(0, token.length / 2),
    'a text that is none': () => 'hello',
  };
  for (const [name, forge] of Object.entries(forgeries)) {
    it(`refuses ${name} as unauthenticated, and counts no call`, async () => {
      const calls = async () => {
        const places = await admin().firestore.doc(`rate-limits/${session.userId}`).get();
        return places.get('calls') as unknown;
      };
      const before = await calls();
      send(forge(genuine));
      const { status, message } = await refusalOf(client.getQuota());
      assert.equal(status, 'unauthenticated');
      assert.doesNotMatch(message, /token|Error|\bat \/|demo-/);
      assert.deepEqual(await calls(), before);
    });
  }
});

function userOf({ app }: Session) {
  return getAuth(app).currentUser ?? assert.fail('nobody is signed in');
}

/** Changes a token's claims; the Auth emulator's tokens have no signature. */
function changed(change: (claims: Claims) => Claims): (token: string) => string {
  return (token) => {
    const [header = '', payload = ''] = token.split('.');
    const claims = claimsSchema.parse(
      JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')),
    );
    return `${header}.${Buffer.from(JSON.stringify(change(claims))).toString('base64url')}.`;
  };
}
