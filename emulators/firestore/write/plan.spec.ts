import assert from 'node:assert/strict';
import type { StoredDocument } from '../model/document.js';
import { Code } from '../model/status.js';
import type { Value } from '../model/value.js';
import { DocumentStore } from '../storage/documentStore.js';
import type { CommitPlan } from './plan.js';
import { planCommit, settle } from './plan.js';
import type { Precondition, Write } from './write.js';

const integer = (n: number): Value => ({ type: 'integer', value: BigInt(n) });
const stored: StoredDocument = {
  path: 'c/1',
  fields: new Map([['n', integer(1)]]),
  createTime: 1000n,
  updateTime: 2000n,
};

const set = (path: string, n: number, precondition: Precondition = {}): Write => ({
  kind: 'set',
  path,
  fields: new Map([['n', integer(n)]]),
  transforms: [],
  precondition,
});
const gone = (path: string, precondition: Precondition = {}): Write => ({
  kind: 'delete',
  path,
  precondition,
});
const increment = (path: string): Write => ({
  kind: 'set',
  path,
  fields: new Map(),
  mask: [],
  transforms: [{ kind: 'increment', field: ['n'], operand: { type: 'integer', value: 1n } }],
  precondition: {},
});

function plan(...writes: Write[]): CommitPlan {
  const store = new DocumentStore();
  store.set(stored);
  return planCommit({ projectId: 'p', databaseId: 'd' }, store, writes, 5000n);
}

/** What a plan would change, once it is applied at 9000: the value of `n`, and the two times. */
function changesOf(...writes: Write[]): unknown[] {
  return plan(...writes)
    .changes()
    .map(({ path, before, after }) => {
      const document = settle(after, 9000n);
      const n = document?.fields.get('n');
      return [
        path,
        before?.updateTime,
        n?.type === 'integer' ? Number(n.value) : undefined,
        document?.createTime,
        document?.updateTime,
      ];
    });
}

describe('the plan of a commit', () => {
  it('creates, changes and deletes, with the times of the commit', () => {
    assert.deepEqual(changesOf(set('c/2', 2)), [['c/2', undefined, 2, 9000n, 9000n]]);
    assert.deepEqual(changesOf(set('c/1', 2)), [['c/1', 2000n, 2, 1000n, 9000n]]);
    assert.deepEqual(changesOf(gone('c/1')), [['c/1', 2000n, undefined, undefined, undefined]]);
  });

  it('leaves out what changes nothing', () => {
    const verify: Write = { kind: 'verify', path: 'c/1', precondition: { exists: true } };
    assert.deepEqual(changesOf(set('c/1', 1), gone('c/none'), verify), []);
    assert.deepEqual(changesOf(set('c/2', 1), gone('c/2')), []);
  });

  it('builds each write upon those before it, and tells of a document once', () => {
    const { steps } = plan(increment('c/1'), increment('c/1'));
    assert.deepEqual(
      steps.map(({ transformResults }) => transformResults),
      [[integer(2)], [integer(3)]],
    );
    assert.deepEqual(changesOf(increment('c/1'), increment('c/1')), [
      ['c/1', 2000n, 3, 1000n, 9000n],
    ]);
    assert.deepEqual(changesOf(gone('c/1'), set('c/1', 1)), [['c/1', 2000n, 1, 9000n, 9000n]]);
  });

  const refused: Record<string, { writes: Write[]; code: Code }> = {
    'a creation of what is there': {
      writes: [set('c/1', 2, { exists: false })],
      code: Code.AlreadyExists,
    },
    'a second creation': {
      writes: [set('c/2', 1, { exists: false }), set('c/2', 2, { exists: false })],
      code: Code.AlreadyExists,
    },
    'an update of what is not there': {
      writes: [set('c/2', 2, { exists: true })],
      code: Code.NotFound,
    },
    'an update of what the commit has deleted': {
      writes: [gone('c/1'), set('c/1', 2, { exists: true })],
      code: Code.InvalidArgument,
    },
    'a write upon another version': {
      writes: [gone('c/1', { updateTime: 1999n })],
      code: Code.FailedPrecondition,
    },
    'a write upon a version of what is not there': {
      writes: [gone('c/2', { updateTime: 2000n })],
      code: Code.NotFound,
    },
  };
  for (const [what, { writes, code }] of Object.entries(refused)) {
    it(`is refused for ${what}`, () => {
      assert.throws(() => plan(...writes), { code });
    });
  }

  it('takes a write upon the version that it names', () => {
    assert.equal(changesOf(set('c/1', 2, { updateTime: 2000n, exists: true })).length, 1);
  });
});
