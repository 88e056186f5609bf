import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileRules } from './compile.js';
import { condition } from './conditions.js';
import { partial, requestOf } from './fixtures.js';

const source = (text: string) =>
  `rules_version = '2';
   service cloud.firestore { match /{wild}/{rest=**} { allow get: if ${text}; } }`;

describe('rules evaluator', function () {
  this.timeout(60_000);

  it('decides every condition that parses, however odd, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(condition, async (text) => {
        const { ruleset, issues } = compileRules(source(text), 'cloud.firestore');
        assert.ok(issues.every(({ severity }) => severity === 'WARNING'));
        const resource = { data: partial({ a: 'x', b: [1] }) };
        const decision = await ruleset?.evaluate(requestOf({ path: 'c/d', resource }));
        assert.equal(typeof decision?.permit, 'boolean');
      }),
      { numRuns: 500 },
    );
  });

  it('never allows, for less knowledge of a document, what more would deny', async () => {
    await fc.assert(
      fc.asyncProperty(condition, async (text) => {
        const { ruleset } = compileRules(source(text), 'cloud.firestore');
        assert.ok(ruleset);
        const known = requestOf({ path: 'c/d', resource: { data: { a: 'x', b: [1] } } });
        const less = requestOf({ path: 'c/d', resource: { data: partial({ a: 'x' }) } });
        if ((await ruleset.evaluate(less)).permit) {
          assert.ok((await ruleset.evaluate(known)).permit);
        }
      }),
      { numRuns: 500 },
    );
  });
});
