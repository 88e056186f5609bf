import assert from 'node:assert/strict';
import type { Query } from '../query/query.js';
import type { LockOwner, WriteClaim } from './lockTable.js';
import { LockTable } from './lockTable.js';

const PATIENCE = { writeMs: 60_000, readMs: 60_000 };

const QUERY: Query = {
  parent: '',
  collectionId: 'jobs',
  allDescendants: false,
  orderBy: [],
  offset: 0,
};

interface Owner extends LockOwner {
  aborted: boolean;
}

function owner(age: number, isRetry = false): Owner {
  const result: Owner = {
    age,
    isRetry,
    aborted: false,
    onAborted: () => {
      result.aborted = true;
    },
  };
  return result;
}

const write = (path: string, touched?: Query): WriteClaim => ({
  paths: new Set([path]),
  touches: (query) => query === touched,
});
const read = (...paths: string[]): { paths: string[] } => ({ paths });

/** Records the order in which lock requests are granted or refused. */
class Course {
  readonly events: string[] = [];

  watch(name: string, request: Promise<void>): void {
    request.then(
      () => this.events.push(name),
      (error: unknown) => this.events.push(`${name}: ${String(error)}`),
    );
  }

  /** Lets every settled request be recorded. */
  async settle(): Promise<string[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.events;
  }
}

describe('locks', () => {
  let locks: LockTable;
  let course: Course;

  beforeEach(() => {
    locks = new LockTable(PATIENCE);
    course = new Course();
  });

  it('lets readers share, and a writer in once all of them are done', async () => {
    const [a, b, c] = [owner(1), owner(2), owner(3)];
    await locks.read(a, read('x'));
    await locks.read(b, read('x'));
    course.watch('write', locks.write(c, write('x')));
    locks.release(a);
    assert.deepEqual(await course.settle(), []);
    locks.release(b);
    assert.deepEqual(await course.settle(), ['write']);
  });

  it('lets a writer pass that wants other documents', async () => {
    const [a, b] = [owner(1), owner(2)];
    await locks.read(a, read('x'));
    await locks.write(b, write('y'));
    await locks.read(a, read('z'));
  });

  it('lets a reader wait behind a writer that came before it', async () => {
    const [a, b, c] = [owner(1), owner(2), owner(3)];
    await locks.read(a, read('x'));
    course.watch('write', locks.write(b, write('x')));
    course.watch('read', locks.read(c, read('x')));
    assert.deepEqual(await course.settle(), []);
    locks.release(a);
    assert.deepEqual(await course.settle(), ['write']);
    locks.release(b);
    assert.deepEqual(await course.settle(), ['write', 'read']);
  });

  it('does not let a reader wait behind a writer that waits for it', async () => {
    const [a, b] = [owner(1), owner(2)];
    await locks.read(a, read('x'));
    course.watch('write', locks.write(b, { paths: new Set(['x', 'y']), touches: () => false }));
    await locks.read(a, read('y'));
    assert.deepEqual(await course.settle(), []);
    locks.release(a);
    assert.deepEqual(await course.settle(), ['write']);
  });

  it('aborts the youngest of a circle, whoever closes it', async () => {
    for (const order of ['older last', 'younger last']) {
      const table = new LockTable(PATIENCE);
      const log = new Course();
      const [older, younger] = [owner(1), owner(2)];
      await table.read(older, read('x'));
      await table.read(younger, read('x'));
      const claims = [
        () => {
          log.watch('older', table.write(older, write('x')));
        },
        () => {
          log.watch('younger', table.write(younger, write('x')));
        },
      ];
      for (const claim of order === 'older last' ? claims.reverse() : claims) claim();
      assert.deepEqual((await log.settle()).toSorted(), [
        'older',
        'younger: FirestoreError: Too much contention on these documents. Please try again.',
      ]);
      assert.deepEqual([older.aborted, younger.aborted], [false, true]);
    }
  });

  it('makes readers wait for a transaction that is tried again', async () => {
    const [again, other] = [owner(1, true), owner(2)];
    await locks.read(again, read('x'));
    course.watch('read', locks.read(other, read('x')));
    await locks.write(again, write('x'));
    assert.deepEqual(await course.settle(), []);
    locks.release(again);
    assert.deepEqual(await course.settle(), ['read']);
  });

  it('keeps out what would change the result of a query, and only that', async () => {
    const [a, b, c] = [owner(1), owner(2), owner(3)];
    await locks.read(a, { paths: [], query: QUERY });
    course.watch('concerned', locks.write(b, write('jobs/1', QUERY)));
    course.watch('other', locks.write(c, write('jobs/2')));
    assert.deepEqual(await course.settle(), ['other']);
    locks.release(a);
    assert.deepEqual(await course.settle(), ['other', 'concerned']);
  });

  it('gives up what waits when its owner ends', async () => {
    const [a, b] = [owner(1), owner(2)];
    await locks.read(a, read('x'));
    course.watch('write', locks.write(b, write('x')));
    locks.release(b);
    assert.deepEqual(await course.settle(), ['write: FirestoreError: The transaction has ended.']);
  });
});
