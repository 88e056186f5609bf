import assert from 'node:assert/strict';
import { decide, firestore, permits, root } from './decide.js';

describe('functions of a rules file', () => {
  it('see the names around their declaration, and bind names in order', async () => {
    const source = firestore(
      `function owner() { return database == '(default)' && isUser(request.auth.uid); }
       match /users/{id} {
         function both(a, b) { let c = a + b; let d = c + '!'; return d == 'ab!'; }
         function isMine() { return id == request.auth.uid }
         allow get: if owner() && both('a', 'b') && isMine();
       }`,
      "function isUser(id) { return id == 'u1'; }",
    );
    assert.ok(await permits(source, { path: `${root}/users/u1`, auth: { uid: 'u1' } }));
    assert.equal(await permits(source, { path: `${root}/users/u2`, auth: { uid: 'u1' } }), false);
  });
});

describe('calls with the wrong number of arguments', () => {
  const rows: readonly (readonly [call: string, given: number])[] = [
    ['f()', 0],
    ['f(1, 2)', 2],
    ["int('1', 2)", 2],
    ['math.abs()', 0],
    ["'a'.size(1)", 1],
    ['exists()', 0],
    ['get(/a/b, /c/d)', 2],
    ['debug()', 0],
  ];
  for (const [call, given] of rows) {
    it(`are an error: ${call}`, async () => {
      const allow = `match /a/{x} { allow get: if ${call} == 1; allow list: if f(1); }`;
      const source = firestore(allow, 'function f(a) { return a; }');
      const { reason } = await decide(source, { path: `${root}/a/b` });
      assert.match(reason, new RegExp(`Incorrect number of arguments. Received: ${given}. `));
    });
  }
});

describe('limits of the language', () => {
  it('1000 expressions may be evaluated', async () => {
    const chain = (text: string, operator: string, terms: number) =>
      Array(terms).fill(text).join(` ${operator} `);
    // 990 expressions that do not allow, before those that do.
    const before = `allow get: if ${chain('false', '||', 50)}; `.repeat(10);
    const source = (terms: number) =>
      firestore(`match /a/{x} { ${before} allow get: if ${chain('true', '&&', terms)}; }`);
    assert.ok(await permits(source(5), { path: `${root}/a/b` }));
    const decision = await decide(source(6), { path: `${root}/a/b` });
    assert.equal(decision.permit, false);
    assert.match(decision.reason, /More than 1000 expressions/);
  });

  const reading = (count: number) =>
    firestore(
      `match /a/{x} { allow get: if ${Array.from(
        { length: count },
        (_, i) => `!exists(/databases/$(database)/documents/d/${i})`,
      ).join(' && ')}; }`,
    );

  it('10 documents may be read for one request, each counted once', async () => {
    assert.ok(await permits(reading(10), { path: `${root}/a/b` }));
    const decision = await decide(reading(11), { path: `${root}/a/b` });
    assert.match(decision.reason, /Too many documents/);
    const same = 'exists(/databases/$(database)/documents/d/1)';
    const repeated = `match /a/{x} { allow get: if !(${Array(15).fill(same).join(' || ')}); }`;
    assert.ok(await permits(firestore(repeated), { path: `${root}/a/b` }));
  });

  it('20 documents may be read for the writes of one batch', async () => {
    const writes = firestore(
      `match /a/{x} { allow create: if ${Array.from(
        { length: 7 },
        (_, i) => `!exists(/databases/$(database)/documents/d/$(x)${'/e/' + String(i)})`,
      ).join(' && ')}; }`,
    );
    const sharedReads = new Set<string>();
    const permitted: boolean[] = [];
    for (const id of ['1', '2', '3']) {
      const request = { method: 'create', path: `${root}/a/${id}`, sharedReads } as const;
      permitted.push(await permits(writes, request));
    }
    assert.deepEqual(permitted, [true, true, false]);
  });
});

describe('documents that rules read', () => {
  const path = `${root}/a/b`;
  const documents = { [`${root}/users/u1`]: { role: 'admin' } };
  const documentsAfter = { [`${root}/users/u1`]: { role: 'none' }, [`${root}/users/u2`]: {} };
  const user = (id: string) => `/databases/$(database)/documents/users/${id}`;
  const rows: readonly (readonly [condition: string, expected: boolean])[] = [
    [`get(${user('u1')}).data.role == 'admin'`, true],
    [`get(${user('$(request.auth.uid)')}).id == 'u1'`, true],
    [`exists(${user('u1')}) && !exists(${user('u2')})`, true],
    [`getAfter(${user('u1')}).data.role == 'none' && existsAfter(${user('u2')})`, true],
    [`get(${user('u2')}) == null`, true],
    [`get(${user('u2')}).data.role == 'admin'`, false],
    [`exists(/users/u1)`, false],
    [`exists('users/u1')`, false],
  ];
  for (const [condition, expected] of rows) {
    it(`${condition} is ${String(expected)}`, async () => {
      const source = firestore(`match /a/{x} { allow get: if ${condition}; }`);
      const auth = { uid: 'u1' };
      assert.equal(await permits(source, { path, auth, documents, documentsAfter }), expected);
    });
  }

  it('come from Firestore in the rules of Storage, two at most', async () => {
    const source = (count: number) =>
      `rules_version = '2'; service firebase.storage { match /b/{bucket}/o/{name} {
         allow get: if ${Array.from(
           { length: count },
           (_, i) => `firestore.exists(/databases/(default)/documents/users/u${i + 1})`,
         ).join(' || ')}; } }`;
    const request = { path: 'b/bucket/o/a', documents };
    assert.ok((await decide(source(1), request, 'firebase.storage')).permit);
    const none = { path: 'b/bucket/o/a' };
    const decision = await decide(source(3), none, 'firebase.storage');
    assert.match(decision.reason, /Too many documents/);
  });
});

describe('the reason of a decision', () => {
  it('names what failed, its line, and the place of an error', async () => {
    const source = firestore(`
      match /a/{x} {
        allow get: if false;
        allow get: if request.auth.uid ==
          resource.data.userId;
      }`);
    const decision = await decide(source, { path: `${root}/a/b`, auth: {} });
    assert.equal(
      decision.reason,
      "false for 'get' @ L4, " +
        "evaluation error at L5:23 for 'get' @ L5, Property uid is undefined on object. for 'get' @ L5",
    );
  });

  const words: readonly (readonly [condition: string, reason: string])[] = [
    ['1 / 0 == 1', 'Divide by zero error.'],
    ["['a'][3] == 'a'", 'Index out of bound error. Index: [3] , size: [1].'],
    ["'abcd'[1:99] == 'b'", 'Index out of bound error. Index: [98] , size: [4].'],
    ["{'a': 1}.b == 1", 'Property b is undefined on object.'],
    ['null.a == 1', 'Null value error.'],
    ["['a'].trim() == 'a'", 'Function not found error: Name: [trim].'],
    ["int('x') == 1", 'Type conversion error. Argument: [x], From type: [string], To type: [int].'],
    [
      'latlng.value(-100, 1.5) is latlng',
      'Latitude should be in [-90,90] range and longitude should be in [-180,180] range. latitude: -100.0, longitude: 1.5.',
    ],
  ];
  for (const [condition, reason] of words) {
    it(`has production's words for ${condition}`, async () => {
      const source = firestore(`match /a/{x} { allow get: if ${condition}; }`);
      const decision = await decide(source, { path: `${root}/a/b` });
      assert.ok(decision.reason.includes(` @ L2, ${reason} for 'get'`), decision.reason);
    });
  }

  it('says where no rule applies', async () => {
    const decision = await decide(firestore(''), { path: `${root}/a/b` });
    assert.equal(decision.reason, 'No matching allow statements');
  });

  it('comes with what debug() was called with', async () => {
    const source = firestore("match /a/{x} { allow get: if debug({'a': [1, 2.0]}) is map; }");
    const decision = await decide(source, { path: `${root}/a/b` });
    assert.deepEqual(decision.debug, ['{a: [1, 2.0]}']);
  });
});
