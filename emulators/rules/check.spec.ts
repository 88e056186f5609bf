import assert from 'node:assert/strict';
import { compileRules } from './compile.js';
import { requestOf } from './fixtures.js';

const inBody = (body: string) => `rules_version = '2'; service cloud.firestore {\n${body}\n}`;

/** The issues of a file as `SEVERITY line:column message`. */
function issuesOf(source: string): readonly string[] {
  const { ruleset, issues } = compileRules(source, 'cloud.firestore', 'my.rules');
  const hasErrors = issues.some(({ severity }) => severity === 'ERROR');
  assert.equal(ruleset === null, hasErrors);
  return issues.map(({ severity, fileName, line, column, message }) => {
    assert.equal(fileName, 'my.rules');
    return `${severity} ${line}:${column} ${message}`;
  });
}

const nestedMatches = (depth: number) =>
  `${'match /a/{x} { '.repeat(depth)}allow read; ${'} '.repeat(depth)}`;
const names = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`);

describe('errors of a rules file', () => {
  const rows: readonly (readonly [issue: RegExp, source: string])[] = [
    [/^ERROR 0:0 Rules content empty\. Compilation aborted\.$/, ' \n'],
    [/^ERROR 2:30 Unexpected '\)'\. Expected ';'\.$/, inBody('match /a { allow read: if a.b) ; }')],
    [/^ERROR 2:35 Unexpected '}'\.$/, inBody('match /a { allow read: if true && }')],
    [
      /^ERROR 2:23 Unexpected '}'\. Expected ',' or ':' or ';'\.$/,
      inBody('match /a { allow read }'),
    ],
    [/^ERROR 2:32 Unexpected '}'\. Expected ';'\.$/, inBody('match /a { allow read: if true }')],
    [
      /^ERROR 2:44 Unexpected '}'\. Expected ';'\.$/,
      inBody('function f() { let a = request.auth.uid[0] } match /a { allow read: if f(); }'),
    ],
    [
      /^ERROR 2:33 Unexpected ';'\. Expected ',' or '\)'\.$/,
      inBody('match /a { allow read: if f(1, 2; }'),
    ],
    [/^ERROR 2:12 Unexpected 'let'\./, inBody("match /a { let x = 'a'; allow read; }")],
    [
      /^ERROR 2:12 Missing 'match' keyword before path\.$/,
      inBody('match /a { /b { allow read; } }'),
    ],
    [
      /^ERROR 2:28 Missing 'match' keyword before path\.$/,
      inBody('match /a { allow read: if 4/2 == 2; }'),
    ],
    [
      /^ERROR 2:11 Unexpected '\.'\. Expected '\/' or '\{'\.$/,
      inBody('match /{a}.jpg { allow read; }'),
    ],
    [/^ERROR 2:34 Unexpected '&'/, inBody("match /a { allow read: if 'é' == & true; }")],
    [/^ERROR 3:1 Unexpected '<EOF>'\. Expected /, 'service cloud.firestore {\n match /a {\n'],
    [
      /^ERROR 1:1 mismatched input '\{' expecting \{'function', 'import', 'service', 'rules_version'\}$/,
      '{ "rules": { ".read": true } }',
    ],
    [
      /^ERROR 2:12 timestamp is a package and cannot be used as variable name\.$/,
      inBody('function f(timestamp) { return timestamp; } match /a { allow read: if f(1); }'),
    ],
    [/^ERROR 2:7 math is a package and cannot/, inBody('match /{math} { allow read; }')],
    [
      /^ERROR 2:20 duration is a package and cannot/,
      inBody(
        'function f() { let duration = 1; return duration; } match /a { allow read: if f(); }',
      ),
    ],
    [
      /^ERROR 2:18 Unexpected 'reed'\. .*read, write, get, list/,
      inBody('match /a { allow reed; }'),
    ],
    [
      /^ERROR 2:27 Missing conditional expression after 'if'\.$/,
      inBody('match /a { allow read: if ; }'),
    ],
    [
      /^ERROR 2:31 The identifier \[a\] is already bound in the current scope\.$/,
      inBody('function f() { let a = 1; let a = 2; return a; } match /a { allow read: if f(); }'),
    ],
    [/^ERROR 2:15 The identifier \[a\] is already bound/, inBody('function f(a, a) { return a; }')],
    [/^ERROR 2:27 text is not a type/, inBody("match /a { allow read: if 'a' is text; }")],
    [
      /^ERROR 2:14 Invalid glob match expression\. Only one glob match is permitted in a match declaration path\.$/,
      inBody('match /{a=**}/{b=**} { allow read; }'),
    ],
    [
      /^ERROR 2:29 Invalid glob match expression\. Only one/,
      inBody('match /{a=**}/x { match /y/z/{b=**} { allow read; } }'),
    ],
    [
      /^ERROR 3:10 Function f is already defined\.$/,
      inBody(
        'function f() { return 1; }\nfunction f() { return 2; } match /a { allow read: if f(); }',
      ),
    ],
    [/^ERROR 1:1 .*no rules for service cloud.firestore/, "rules_version = '2'; service a { }"],
    [/^ERROR 1:1 .*rules_version must be '1' or '2'/, "rules_version = '3';"],
    [
      /^ERROR 2:10 Recursive call is not allowed\.$/,
      inBody('function f(x) { return x || f(x); } match /a { allow read: if f(true); }'),
    ],
    [/^ERROR 2:\d+ Match statements are nested more than 10 deep/, inBody(nestedMatches(11))],
    [
      /^ERROR 2:1 A path may have 100 segments and 20 wildcards/,
      inBody(
        `match ${names(21)
          .map((name) => `/{${name}}`)
          .join('')} { allow read; }`,
      ),
    ],
    [
      /^ERROR 2:10 Function f has more than 7 parameters/,
      inBody(
        `function f(${names(8).join()}) { return ${names(8).join(' + ')}; }
         match /a { allow read: if f(${names(8).map(Number.isNaN).join()}); }`,
      ),
    ],
    [
      /^ERROR 2:\d+ Maximum allowed variable count of 10 for a given function has been reached\.$/,
      inBody(
        `function f() { ${names(12)
          .map((name) => `let ${name} = 1;`)
          .join(' ')} return ${names(12).join(' + ')}; } match /a { allow read: if f() == 12; }`,
      ),
    ],
  ];
  for (const [expected, source] of rows) {
    it(`${expected.source} for ${JSON.stringify(source).slice(0, 80)}`, () => {
      const [issue, ...others] = issuesOf(source);
      assert.deepEqual(others, []);
      assert.match(issue ?? '', expected);
    });
  }

  it('name recursion through others at each function in the circle', () => {
    const source = inBody(
      `function f() { return g(); }\nfunction g() { return h(); }\nfunction h() { return g(); }
       match /a { allow read: if f(); }`,
    );
    assert.deepEqual(issuesOf(source), [
      'ERROR 3:10 Recursive call is not allowed.',
      'ERROR 4:10 Recursive call is not allowed.',
    ]);
  });

  it('include nesting that no parser follows, and nothing is slow to nest', () => {
    const nested = (depth: number) =>
      inBody(`match /a { allow read: if ${'('.repeat(depth)}true${')'.repeat(depth)}; }`);
    const issue = 'ERROR 2:27 Expression is too complex to evaluate safely.';
    assert.deepEqual([98, 99, 300].map(nested).map(issuesOf), [[], [issue], [issue]]);
    assert.deepEqual(issuesOf(nested(20_000)), ['ERROR 1:1 The rules are nested too deep.']);
  });

  it('include expressions of more than 99 levels, at what is too deep', () => {
    const flat = (terms: number) =>
      inBody(`match /a { allow read: if ${Array(terms).fill('1 == 1').join(' && ')}; }`);
    assert.deepEqual(issuesOf(flat(98)), []);
    const places = [27, 32, 37, 42];
    assert.deepEqual(
      issuesOf(flat(99)),
      places.map((column) => `ERROR 2:${column} Expression is too complex to evaluate safely.`),
    );
  });

  it('include chains of more than 21 calls, also where nothing begins them', () => {
    const chain = (count: number) =>
      Array.from({ length: count }, (_, i) => {
        const result = i + 1 < count ? `f${i + 2}()` : 'true';
        return `function f${i + 1}() { return ${result}; }`;
      }).join('\n');
    const called = (count: number) => inBody(`${chain(count)} match /a { allow read: if f1(); }`);
    assert.deepEqual(issuesOf(called(21)), []);
    const stack = Array.from({ length: 21 }, (_, i) => `f${i + 1}`).join('->');
    const issue = `ERROR 23:10 Maximum allowed call depth of 20 is reached for [${stack}] call stack.`;
    assert.deepEqual(issuesOf(called(22)), [issue]);
    assert.deepEqual(issuesOf(inBody(chain(22))), [issue]);
    assert.deepEqual(issuesOf(inBody(chain(21))), ['WARNING 2:10 Unused function: f1.']);
  });

  it('are also recursive wildcards before the end in version 1', () => {
    const source =
      "rules_version = '1'; service cloud.firestore { match /{a=**}/b { allow read; } }";
    const [, error] = issuesOf(source);
    assert.match(error ?? '', /^ERROR 1:48 Invalid glob match expression/);
  });

  it('do not include 10 nested matches, 7 parameters or 11 bindings', () => {
    const source = inBody(
      `function f(${names(7).join()}) { ${names(11)
        .map((name) => `let b${name} = 1;`)
        .join(' ')}
         return ${[...names(7), ...names(11).map((name) => `b${name}`)].join(' + ')}; }
       ${nestedMatches(10)} match /a { allow read: if f(1, 2, 3, 4, 5, 6, 7) > 1; }`,
    );
    assert.deepEqual(issuesOf(source), []);
  });
});

describe('warnings of a rules file', () => {
  const rows: readonly (readonly [issues: readonly string[], source: string])[] = [
    [
      ['WARNING 2:27 Invalid variable name: nobody.'],
      inBody('match /a { allow read: if nobody; }'),
    ],
    [['WARNING 2:27 Invalid function name: f.'], inBody('match /a { allow read: if f(); }')],
    [
      ['WARNING 2:27 Invalid function name: math.sin.'],
      inBody('match /a { allow read: if math.sin(1); }'),
    ],
    [
      ['WARNING 2:27 Incorrect number of arguments supplied to function: math.abs.'],
      inBody('match /a { allow read: if math.abs() == 1; }'),
    ],
    [
      ['WARNING 2:55 Incorrect number of arguments supplied to function: f.'],
      inBody('function f(a) { return a; } match /a { allow read: if f(); }'),
    ],
    [
      ['WARNING 2:27 Invalid function name: bool.'],
      inBody("match /a { allow read: if bool('true'); }"),
    ],
    [
      ['WARNING 2:27 Invalid variable name: firestore.'],
      inBody('match /a { allow read: if firestore.exists(/a/b); }'),
    ],
    [
      ['WARNING 2:14 Unused function: isAuthed.'],
      inBody('    function isAuthed() { return true; }'),
    ],
    [
      ['WARNING 2:10 Unused function: f.', 'WARNING 2:12 Unused variable: a.'],
      inBody('function f(a) { return true; }'),
    ],
    [
      ['WARNING 2:10 Unused function: f.', 'WARNING 3:23 Invalid variable name: request.'],
      inBody('function f() { return g(); }\nfunction g() { return request.auth == null; }'),
    ],
    [
      ['WARNING 2:20 Unused variable: b.'],
      inBody('function f() { let b = 1; return true; } match /a { allow read: if f(); }'),
    ],
    [
      [
        'WARNING 0:0 Ruleset uses old version (version [1]). Please update to the latest version (version [2]).',
        'WARNING 1:43 Glob(**) resource rules should not have child resource rules.',
      ],
      'service cloud.firestore { match /{a=**} { match /b { allow read; } } }',
    ],
  ];
  for (const [expected, source] of rows) {
    it(`${expected.join(' ')} for ${JSON.stringify(source)}`, () => {
      assert.deepEqual(issuesOf(source), expected);
    });
  }

  it('come for functions that the service lacks', () => {
    const storage = 'service firebase.storage { match /b/{b}/o { allow read: if exists(/a/b); } }';
    const { ruleset, issues } = compileRules(storage, 'firebase.storage');
    assert.ok(ruleset);
    assert.deepEqual(
      issues.map(({ message }) => message),
      ['Invalid function name: exists.'],
    );
  });

  it('leave the condition an error when it is evaluated', async () => {
    const source = inBody(
      'match /databases/{d}/documents/a/b { allow get: if nobody == 1 || f(); }',
    );
    const { ruleset } = compileRules(source, 'cloud.firestore');
    const decision = await ruleset?.evaluate(
      requestOf({ path: 'databases/(default)/documents/a/b' }),
    );
    assert.equal(
      decision?.reason,
      "evaluation error at L2:52 for 'get' @ L2, Variable not found error: Name: [nobody]. for 'get' @ L2",
    );
  });
});
