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

interface Expression {
  readonly sourcePosition: { readonly currentOffset: number; readonly endOffset: number };
  readonly values?: readonly unknown[];
}

interface Report {
  readonly rules: { readonly files: readonly { readonly content: string }[] };
  readonly report?: readonly Expression[];
}

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

  it('reports the coverage of the rules in force, as JSON and as a page', async () => {
    const emulator = await startEmulator({ host: '127.0.0.1', port: 0 });
    const base = `http://127.0.0.1:${emulator.port}/emulator/v1/projects/demo-rules`;
    const coverage = async () => (await (await fetch(`${base}:ruleCoverage`)).json()) as Report;
    try {
      assert.deepEqual(await coverage(), { rules: { files: [] } });
      const environment = await initializeTestEnvironment({
        projectId: 'demo-rules',
        firestore: { host: '127.0.0.1', port: emulator.port, rules: RULES },
      });
      const bob = environment.authenticatedContext('bob').firestore();
      await assertFails(bob.doc('users/alice').get());
      await assertFails(bob.doc('users/carol').get());
      const { rules, report } = await coverage();
      assert.equal(rules.files[0]?.content, RULES);
      const { currentOffset = 0, endOffset = 0 } = report?.[0]?.sourcePosition ?? {};
      assert.equal(
        RULES.slice(currentOffset, endOffset + 1),
        'request.auth.uid == uid && request.auth.token.email_verified == true',
      );
      assert.deepEqual(report?.[0]?.values, [{ value: { boolValue: false }, count: 2 }]);
      const broken = { rules: { files: [{ content: RULES.replace('allow', 'alow') }] } };
      const body = JSON.stringify(broken);
      assert.equal((await fetch(`${base}:securityRules`, { method: 'PUT', body })).status, 400);
      assert.deepEqual(await coverage(), { rules, report });
      const page = await fetch(`${base}:ruleCoverage.html`);
      assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
      assert.match(await page.text(), /title="Evaluated 2 times/);
      await environment.cleanup();
    } finally {
      await emulator.close();
    }
  });
});
