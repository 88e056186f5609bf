import assert from 'node:assert/strict';
import { decide, firestore, permits, root } from './decide.js';
import { partial } from './fixtures.js';

describe('which rules apply', () => {
  const globs = (version: 1 | 2) =>
    `rules_version = '${version}';
     service cloud.firestore { match /databases/{db}/documents/cities/{city} {
       match /{rest=**} { allow get; } } }`;
  const cases: readonly (readonly [title: string, source: string, path: string, boolean])[] = [
    ['a fixed segment', firestore('match /a/b { allow get; }'), 'a/b', true],
    ['another fixed segment', firestore('match /a/b { allow get; }'), 'a/c', false],
    ['a wildcard takes one segment', firestore('match /a/{x} { allow get; }'), 'a/b', true],
    ['a wildcard takes no more', firestore('match /a/{x} { allow get; }'), 'a/b/c/d', false],
    ['a nested match', firestore('match /a/{x} { match /b/{y} { allow get; } }'), 'a/1/b/2', true],
    [
      'the match around a nested one',
      firestore('match /a/{x} { match /b/{y} { allow get; } }'),
      'a/1',
      false,
    ],
    ['{x=**} in version 2 takes nothing too', globs(2), 'cities/sf', true],
    ['{x=**} in version 2 takes many', globs(2), 'cities/sf/a/b/c/d', true],
    ['{x=**} in version 1 takes at least one', globs(1), 'cities/sf', false],
    ['{x=**} in version 1 takes many', globs(1), 'cities/sf/a/b', true],
    [
      '{x=**} in version 1 leaves nothing to a nested match',
      globs(1).replace('allow get;', 'match /b/{y} { allow get; }'),
      'cities/sf/a/x/b/y',
      false,
    ],
    [
      '{x=**} in version 2 may leave a part to a nested match',
      globs(2).replace('allow get;', 'match /b/{y} { allow get; }'),
      'cities/sf/a/x/b/y',
      true,
    ],
    [
      '{x=**} before other segments',
      firestore('match /{p=**}/songs/{s} { allow get; }'),
      'a/b/songs/c',
      true,
    ],
    [
      '{x=**} before segments at the root',
      firestore('match /{p=**}/songs/{s} { allow get; }'),
      'songs/c',
      true,
    ],
    ['a name with a dash', firestore('match /error-logs/{x} { allow get; }'), 'error-logs/1', true],
    ['what a wildcard holds', firestore("match /a/{x} { allow get: if x == 'b'; }"), 'a/b', true],
    [
      'what {x=**} holds',
      firestore('match /a/{x=**} { allow get: if x == /b/c/d && x[1] == "c"; }'),
      'a/b/c/d',
      true,
    ],
    [
      'one of two that apply',
      firestore('match /a/b { allow get: if false; } match /a/{x} { allow get; }'),
      'a/b',
      true,
    ],
    [
      'an error in one of two',
      firestore('match /a/b { allow get: if null.x; } match /a/{x} { allow get; }'),
      'a/b',
      true,
    ],
  ];
  for (const [title, source, path, expected] of cases) {
    it(`${title}: ${expected ? 'allows' : 'denies'} ${path}`, async () => {
      assert.equal(await permits(source, { path: `${root}/${path}` }), expected);
    });
  }

  const methods = ['get', 'list', 'create', 'update', 'delete'] as const;
  const covered: Readonly<Record<string, readonly string[]>> = {
    read: ['get', 'list'],
    write: ['create', 'update', 'delete'],
    get: ['get'],
    list: ['list'],
    create: ['create'],
    update: ['update'],
    delete: ['delete'],
    'get, update': ['get', 'update'],
  };
  for (const [allowed, expected] of Object.entries(covered)) {
    it(`allow ${allowed} covers ${expected.join(', ')}`, async () => {
      const source = firestore(`match /a/{x} { allow ${allowed}; }`);
      const permitted: string[] = [];
      for (const method of methods) {
        if (await permits(source, { method, path: `${root}/a/b` })) permitted.push(method);
      }
      assert.deepEqual(permitted, expected);
    });
  }
});

describe('rules for queries', () => {
  const owned = firestore(
    'match /jobs/{id} { allow list: if resource.data.userId == request.auth.uid; }',
  );
  const list = { method: 'list', path: `${root}/jobs`, auth: { uid: 'u1' } } as const;

  it('allow a query that names what they ask for', async () => {
    assert.ok(await permits(owned, { ...list, resource: { data: partial({ userId: 'u1' }) } }));
  });

  it('deny one that names someone else, or nobody', async () => {
    const other = await decide(owned, { ...list, resource: { data: partial({ userId: 'u2' }) } });
    assert.match(other.reason, /^false for 'list'/);
    const nobody = await decide(owned, { ...list, resource: { data: partial({}) } });
    assert.match(nobody.reason, /^Property userId is undefined on object. for 'list' @ L2$/);
  });

  it('deny one where the id of the document decides', async () => {
    const source = firestore("match /jobs/{id} { allow list: if id == 'a'; }");
    assert.equal(await permits(source, list), false);
    assert.equal(await permits(firestore('match /jobs/a { allow list; }'), list), false);
  });

  it('of a collection group need a rule for any depth', async () => {
    const group = { ...list, path: `${root}/songs`, collectionGroup: true };
    assert.ok(await permits(firestore('match /{p=**}/songs/{s} { allow list; }'), group));
    assert.equal(await permits(firestore('match /songs/{s} { allow list; }'), group), false);
    assert.equal(await permits(firestore('match /a/{x}/songs/{s} { allow list; }'), group), false);
    assert.ok(await permits(firestore('match /{all=**} { allow list; }'), group));
  });
});

describe('rules for lists in Storage', () => {
  const storage = (blocks: string) =>
    `rules_version = '2'; service firebase.storage { match /b/{bucket}/o { ${blocks} } }`;
  const rows: readonly (readonly [title: string, blocks: string, path: string, boolean])[] = [
    ['of what a folder holds', 'match /users/{file} { allow list; }', 'b/x/o/users', true],
    ['of the folder itself', 'match /users { allow list; }', 'b/x/o/users', false],
    ['of any depth', 'match /users/{all=**} { allow list; }', 'b/x/o/users/u1', true],
    ['of the root', 'match /{file} { allow list; }', 'b/x/o', true],
    ['for a file by name', "match /a/{f} { allow list: if f == 'b'; }", 'b/x/o/a', false],
    ['by the folder', "match /a/{u}/{f} { allow list: if u == 'b'; }", 'b/x/o/a/b', true],
  ];
  for (const [title, blocks, path, expected] of rows) {
    it(`${title} ${expected ? 'allow' : 'do not allow'} it`, async () => {
      const request = { method: 'list', path } as const;
      const decision = await decide(storage(blocks), request, 'firebase.storage');
      assert.equal(decision.permit, expected);
    });
  }
});
