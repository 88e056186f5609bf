import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileRules } from './compile.js';
import { condition } from './conditions.js';
import { partial, requestOf, type Plain } from './fixtures.js';

async function permits(text: string, resource: Plain): Promise<boolean> {
  const { ruleset, issues } = compileRules(
    `rules_version = '2';
     service cloud.firestore { match /{wild}/{rest=**} { allow get: if ${text}; } }`,
    'cloud.firestore',
  );
  assert.ok(ruleset, issues[0]?.message);
  return (await ruleset.evaluate(requestOf({ path: 'c/d', resource }))).permit;
}

const resources: readonly Plain[] = [{ data: { a: 'x', b: [1] } }, { data: partial({ a: 'x' }) }];

/** That two conditions decide alike, both about a whole document and about a query's. */
async function alike(left: string, right: string): Promise<void> {
  for (const resource of resources) {
    assert.equal(await permits(left, resource), await permits(right, resource));
  }
}

describe('laws of logic', () => {
  const laws: Readonly<Record<string, (a: string, b: string, c: string) => [string, string]>> = {
    '|| is commutative': (a, b) => [`${a} || ${b}`, `${b} || ${a}`],
    '&& is commutative': (a, b) => [`${a} && ${b}`, `${b} && ${a}`],
    '|| is associative': (a, b, c) => [`(${a} || ${b}) || ${c}`, `${a} || (${b} || ${c})`],
    '&& is associative': (a, b, c) => [`(${a} && ${b}) && ${c}`, `${a} && (${b} && ${c})`],
    '&& distributes over ||': (a, b, c) => [
      `${a} && (${b} || ${c})`,
      `${a} && ${b} || ${a} && ${c}`,
    ],
    'De Morgan, of &&': (a, b) => [`!(${a} && ${b})`, `!(${a}) || !(${b})`],
    'De Morgan, of ||': (a, b) => [`!(${a} || ${b})`, `!(${a}) && !(${b})`],
    'a double negation allows alike': (a) => [`!!(${a})`, a],
    '!= is the negation of ==': (a, b) => [`(${a}) != (${b})`, `!((${a}) == (${b}))`],
    '> is < with its sides exchanged': (a, b) => [`(${a}) > (${b})`, `(${b}) < (${a})`],
    '?: chooses by its condition': (a, b, c) => [
      `(${a}) ? (${b}) : (${c})`,
      `(${c}) || true ? (${a}) ? (${b}) : (${c}) : false`,
    ],
  };
  const part = condition.map((text) => `(${text})`);
  for (const [title, law] of Object.entries(laws)) {
    it(title, async () => {
      await fc.assert(
        fc.asyncProperty(part, part, part, (a, b, c) => alike(...law(a, b, c))),
        { numRuns: 100 },
      );
    }).timeout(30_000);
  }
});

describe('laws of diff()', () => {
  const scalar = fc.constantFrom('1', '1.0', '2', "'a'", 'null', 'true', '[1]', "{'x': 1}");
  const map = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), scalar).map(
    (fields) =>
      `{${Object.entries(fields)
        .map(([key, value]) => `'${key}': ${value}`)
        .join()}}`,
  );
  const laws: readonly string[] = [
    'A.diff(B).affectedKeys() == added.union(removed).union(changed)',
    'A.diff(B).unchangedKeys().intersection(A.diff(B).affectedKeys()).size() == 0',
    'added.union(removed).union(changed).union(same) == A.keys().concat(B.keys()).toSet()',
    'added.size() + removed.size() + changed.size() + same.size() == A.keys().concat(B.keys()).toSet().size()',
    'added == B.diff(A).removedKeys() && changed == B.diff(A).changedKeys()',
    'A.diff(A).affectedKeys().size() == 0 && A.diff(A).unchangedKeys() == A.keys().toSet()',
    'added == A.keys().toSet().difference(B.keys().toSet())',
    '(A == B) == (A.diff(B).affectedKeys().size() == 0)',
    'A.diff({}).addedKeys() == A.keys().toSet() && {}.diff(A).removedKeys() == A.keys().toSet()',
  ];
  for (const law of laws) {
    it(law, async () => {
      await fc.assert(
        fc.asyncProperty(map, map, async (a, b) => {
          const text = law
            .replaceAll(/\badded\b/g, 'A.diff(B).addedKeys()')
            .replaceAll(/\bremoved\b/g, 'A.diff(B).removedKeys()')
            .replaceAll(/\bchanged\b/g, 'A.diff(B).changedKeys()')
            .replaceAll(/\bsame\b/g, 'A.diff(B).unchangedKeys()')
            .replaceAll(/\bA\b/g, a)
            .replaceAll(/\bB\b/g, b);
          assert.ok(await permits(text, null));
        }),
        { numRuns: 50 },
      );
    });
  }
});
