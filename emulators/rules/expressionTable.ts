import assert from 'node:assert/strict';
import { compileRules } from './compile.js';
import { requestOf, type Plain } from './fixtures.js';

/** What a condition comes to: it allows, it does not, or evaluating it is an error (or not proven). */
type Outcome = 'true' | 'false' | 'error' | 'unproven';

/** The document that conditions of a table see as `resource.data`. */
const data: Plain = {
  name: 'Ada',
  age: 36,
  height: 1.7,
  tags: ['math', 'engines', 'math'],
  address: { city: 'London', zip: null },
  born: new Date('1815-12-10T13:14:15.123Z'),
  'odd key': true,
};

/** What a condition comes to for a `get` of `/people/ada` by the user `u1` at the epoch. */
async function outcomeOf(condition: string, resource: Plain = { data }): Promise<Outcome> {
  const { ruleset, issues } = compileRules(
    `rules_version = '2';
     service cloud.firestore { match /{document=**} { allow get: if ${condition}; } }`,
    'cloud.firestore',
  );
  assert.ok(ruleset, issues[0]?.message);
  const path = 'databases/(default)/documents/people/ada';
  const decision = await ruleset.evaluate(requestOf({ path, auth: { uid: 'u1' }, resource }));
  if (decision.permit) return 'true';
  if (decision.reason.startsWith('false for')) return 'false';
  return decision.reason.startsWith('evaluation error') ? 'error' : 'unproven';
}

/** Conditions by what they come to. */
export type Rows = Readonly<Partial<Record<Outcome, readonly string[]>>>;

/** A test for each condition. */
export function casesOf(
  rows: Rows,
  resource?: Plain,
): readonly { readonly title: string; readonly run: () => Promise<void> }[] {
  return Object.entries(rows).flatMap(([expected, conditions]) =>
    conditions.map((condition) => ({
      title: `${condition} is ${expected}`,
      run: async () => {
        assert.equal(await outcomeOf(condition, resource), expected);
      },
    })),
  );
}
