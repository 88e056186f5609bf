import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RulesService } from './api.js';
import { compileRules } from './compile.js';
import { firestore, root } from './decide.js';
import { partial, requestOf, unknown, type Plain, type PlainRequest } from './fixtures.js';

/** A file that uses nearly all of the language; what is tried are its pieces in other orders. */
const SAMPLE = String.raw`rules_version = '2';
function global(x) { return x is string && x.size() > 1; }
service cloud.firestore {
  function own() { return request.auth.uid; }
  match /databases/{database}/documents {
    match /users/{uid} {
      function isOwner(id) { let me = own(); let twice = [me, me]; return me == id || id in twice; }
      allow read: if isOwner(uid) || resource.data.open == true;
      allow create, update: if request.resource.data.keys().hasOnly(['n', 's']) &&
        (request.resource.data.n + 1 >= 2 ? !global(uid) : -3 % 2 < 1.5e3);
      match /posts/{rest=**} {
        allow get, list: if request.query.limit <= 10 && exists(/databases/$(database)/documents/users/$(uid));
        allow write: if resource.data.tags[0:1].concat(['a', "b"]).join('-').matches('a.*') /* why */;
        allow delete; // always
      }
    }
  }
}
service firebase.storage { match /b/{bucket}/o { match /{all=**} { allow read: if {'k': b'\x00'}.k != null; } } }`;

const pieces =
  SAMPLE.match(/\w+|'[^']*'|"[^"]*"|\/\/.*\n|\/\*.*?\*\/|\s+|&&|\|\||[=!<>]=|[^]/g) ?? [];

/** The sample with some of its pieces left out, repeated, exchanged or replaced by others. */
const soup = fc
  .array(
    fc.record({
      at: fc.nat(pieces.length - 1),
      length: fc.nat(12),
      instead: fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), {
        maxLength: 4,
      }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((edits) => {
    const text = [...pieces];
    for (const { at, length, instead } of edits) text.splice(at, length, ...instead);
    return text.join('');
  });

const kindOf = (piece: string) =>
  [/^\d/, /^[a-z]\w*$/i, /^['"]/, /^(?:[-+*%<>]|&&|\|\||[=!<>]=)$/].findIndex((kind) =>
    kind.test(piece),
  );

/** The sample with many of its words, texts and operators exchanged for others of their kind. */
const exchanged = fc
  .array(fc.tuple(fc.nat(pieces.length - 1), fc.nat()), { minLength: 1, maxLength: 6 })
  .map((choices) => {
    const text = [...pieces];
    for (const [at, choice] of choices) {
      const same = pieces.filter((piece) => kindOf(piece) === kindOf(pieces[at] ?? ''));
      if (kindOf(pieces[at] ?? '') >= 0) text[at] = same[choice % same.length] ?? '';
    }
    return text.join('');
  });

const plain: fc.Arbitrary<Plain> = fc.oneof(
  fc.constantFrom<Plain>(null, true, 0, 1.5, 'a', [], ['a'], unknown, new Date(0)),
  fc.constant<Plain>({ n: 1, s: 'x', tags: ['a'], open: true }),
  fc.constant<Plain>(partial({ n: 1 })),
);

const request: fc.Arbitrary<PlainRequest> = fc.record({
  method: fc.constantFrom('get', 'list', 'create', 'update', 'delete'),
  path: fc.constantFrom(`${root}/users/u1`, `${root}/users/u1/posts/p`, `${root}/users`, 'b/c/o/d'),
  auth: fc.constantFrom<Plain>(null, { uid: 'u1' }),
  resource: fc.oneof(
    plain,
    plain.map((data): Plain => ({ data })),
  ),
  requestResource: plain.map((data): Plain => ({ data })),
  documents: fc.constantFrom({}, { [`${root}/users/u1`]: {} }),
});

/** Compiles a text, and holds its issues to lie within it. */
function compile(text: string, service: RulesService) {
  const { ruleset, issues } = compileRules(text, service, 'f', { countsCoverage: true });
  const lines = text.split('\n');
  const isError = issues.some(({ severity }) => severity === 'ERROR');
  assert.equal(ruleset === null, isError);
  for (const { line, column, message } of issues) {
    assert.notEqual(message, '');
    if (line === 0 && column === 0) continue;
    const end = (lines[line - 1]?.length ?? -1) + 1;
    assert.ok(column >= 1 && column <= end, `${line}:${column} ${message}`);
  }
  return ruleset;
}

describe('a rules file out of its pieces in any order', function () {
  this.timeout(120_000);
  const service = fc.constantFrom<RulesService>('cloud.firestore', 'firebase.storage');

  it('compiles or has an error at a place in it, and decides every request', async () => {
    let usable = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(soup, exchanged),
        service,
        fc.array(request),
        async (text, name, requests) => {
          const ruleset = compile(text, name);
          if (!ruleset) return;
          usable += 1;
          for (const each of requests) {
            const decision = await ruleset.evaluate(requestOf(each));
            assert.equal(typeof decision.permit, 'boolean');
            assert.ok(decision.reason.length > 0);
          }
          for (const { sourcePosition } of ruleset.coverage().report ?? []) {
            const { currentOffset, endOffset } = sourcePosition;
            assert.ok(currentOffset <= endOffset && endOffset < text.length);
          }
        },
      ),
      { numRuns: 600 },
    );
    assert.ok(usable > 50, `only ${usable} files were usable`);
  });

  it('has an error at a place in it where it is no rules file at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), service, (text, name) => {
        assert.equal(compile(text, name), null);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a value that rules make', function () {
  this.timeout(60_000);
  const growing: readonly (readonly [start: string, step: string])[] = [
    ["'ab'", 'x + x'],
    ['[1]', 'x.concat(x)'],
    ['[1]', '[x, x]'],
    ["{'a': 1}", "{'a': x, 'b': x}"],
    ["'aa'", "x.replace('a', x)"],
    ["['a', 'b']", "[x.join(x.join('a')), x.join('b')]"],
    ['/a/b', '/c/$(x)/$(x)'],
    ["b'ab'", 'x.toBase64().toUtf8()'],
  ];
  for (const [start, step] of growing) {
    it(`may not grow without end: ${step} of ${start}`, async () => {
      const chain = Array.from({ length: 20 }, (_, i) => {
        const lets = Array.from({ length: 9 }, (_unused, j) => {
          const from = j === 0 ? 'x' : `x${j}`;
          return `let x${j + 1} = ${step.replace(/\bx\b/g, from)};`;
        });
        return `function f${i}(x) { ${lets.join(' ')} return ${i === 19 ? 'x9' : `f${i + 1}(x9)`}; }`;
      });
      const source = firestore(
        `match /a/{id} { allow get: if f0(${start}) == null || true; }`,
        chain.join('\n'),
      );
      const ruleset = compile(source, 'cloud.firestore');
      const decision = await ruleset?.evaluate(requestOf({ path: `${root}/a/1` }));
      assert.equal(decision?.permit, false);
      assert.match(decision.reason, /A value has become too large|More than 1000 expressions/);
    });
  }
});
