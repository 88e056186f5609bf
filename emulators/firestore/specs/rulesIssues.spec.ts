import assert from 'node:assert/strict';
import { doc, getDoc } from 'firebase/firestore';
import { PROJECT, startHarness } from './harness.js';

const file = (statement: string) =>
  `rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents/{rest=**} {
    ${statement}
  }
}`;

/** No semicolon after the condition. */
const BROKEN = file('allow read: if true');
const WARNED = file('allow read: if nobody == 1 || true;');

describe('issues of a rules file', () => {
  it('are why everything is refused while the file of the start has errors', async () => {
    const harness = await startHarness({ rules: { source: BROKEN, fileName: 'my.rules' } });
    try {
      await assert.rejects(getDoc(doc(harness.web(), 'a/1')), {
        code: 'permission-denied',
        message: /^\nThe rules have errors: my\.rules:5:3 - ERROR Unexpected '}'\./,
      });
    } finally {
      await harness.stop();
    }
  });

  it('come back for a changed file as the CLI prints them, and for a test as one error', async () => {
    const harness = await startHarness({
      rules: { source: file('allow read;'), fileName: 'my.rules' },
    });
    const put = (content: string, fields: object = { ignore_errors: true }) =>
      harness.http('PUT', `/emulator/v1/projects/${PROJECT}:securityRules`, {
        ...fields,
        rules: { files: [{ name: 'security.rules', content }] },
      });
    const issue = (severity: string, line: number, column: number, description: string) => ({
      status: 200,
      body: {
        issues: [
          { sourcePosition: { fileName: 'security.rules', line, column }, description, severity },
        ],
      },
    });
    try {
      const warning = issue('WARNING', 4, 20, 'Invalid variable name: nobody.');
      assert.deepEqual(await put(WARNED), warning);
      const { body } = await put(BROKEN);
      const { description } = (body as typeof warning.body).issues[0] ?? {};
      assert.match(description ?? '', /^Unexpected '}'\. Expected .*';'/);
      assert.deepEqual(body, issue('ERROR', 5, 3, description ?? '').body);
      const empty = 'Rules content empty. Compilation aborted.';
      assert.deepEqual(await put(''), issue('ERROR', 0, 0, empty));
      assert.deepEqual(await put(BROKEN, {}), {
        status: 400,
        body: {
          error: {
            code: 400,
            status: 'INVALID_ARGUMENT',
            message: `Error compiling rules:\nL5:3 ${description ?? ''}`,
          },
        },
      });
      // The last rules that compiled are in force all the while.
      await getDoc(doc(harness.web(), 'a/1'));
      assert.deepEqual(await put(file('allow read;')), { status: 200, body: {} });
    } finally {
      await harness.stop();
    }
  });
});
