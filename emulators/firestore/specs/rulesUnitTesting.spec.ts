import assert from 'node:assert/strict';
import {
  assertFails,
  assertSucceeds,
  initializeTestEnvironment,
} from '@firebase/rules-unit-testing';
import { startEmulator } from '../server.js';

const RULES = `
rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents/users/{uid} {
    allow read, write: if request.auth.uid == uid && request.auth.token.email_verified == true;
  }
}`;

describe('@firebase/rules-unit-testing', () => {
  it('sets rules, signs users in, passes them by and clears', async () => {
    const emulator = await startEmulator({ host: '127.0.0.1', port: 0 });
    const environment = await initializeTestEnvironment({
      projectId: 'demo-rules',
      firestore: { host: '127.0.0.1', port: emulator.port, rules: RULES },
    });
    try {
      const alice = environment.authenticatedContext('alice', { email_verified: true }).firestore();
      const bob = environment.authenticatedContext('bob').firestore();
      const nobody = environment.unauthenticatedContext().firestore();
      await assertSucceeds(alice.doc('users/alice').set({ n: 1 }));
      await assertFails(bob.doc('users/bob').set({ n: 1 }));
      await assertFails(nobody.doc('users/alice').get());
      await environment.withSecurityRulesDisabled(async (context) => {
        await context.firestore().doc('users/bob').set({ n: 2 });
      });
      await environment.clearFirestore();
      assert.equal((await alice.doc('users/alice').get()).exists, false);
    } finally {
      await environment.cleanup();
      await emulator.close();
    }
  });
});
