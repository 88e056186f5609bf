import type { Usage } from '../admin/usage.js';
import { Code, FirestoreError } from '../model/status.js';
import type { Query } from '../query/query.js';

/** Who holds and waits for locks: a transaction, or one commit outside of any. */
export interface LockOwner {
  /** Smaller is older. A transaction keeps its age through its retries, so that it wins in the end. */
  readonly age: number;
  /** A retry reads with intent to write: others wait to read the same rather than lose at commit. */
  readonly isRetry: boolean;
  /** Called when the owner lost its locks to a deadlock or a time-out. */
  onAborted(): void;
}

/** What a transaction reads: documents by path, or a query's result. */
export interface ReadClaim {
  readonly paths: readonly string[];
  readonly query?: Query;
}

/** What a commit writes. */
export interface WriteClaim {
  readonly paths: ReadonlySet<string>;
  /** Whether one of the documents belongs to a query before or after the write. */
  touches(query: Query): boolean;
}

export interface LockPatience {
  /** How long a commit waits for readers; the official emulator's 2 s. */
  readonly writeMs: number;
  /** How long a transaction's read waits for its turn. */
  readonly readMs: number;
}

interface Held {
  readonly paths: Set<string>;
  readonly queries: Query[];
  writing?: WriteClaim;
}

type Claim =
  | { readonly kind: 'read'; readonly claim: ReadClaim }
  | { readonly kind: 'write'; readonly claim: WriteClaim };

interface Waiting {
  readonly owner: LockOwner;
  readonly request: Claim;
  readonly resolve: () => void;
  readonly reject: (error: FirestoreError) => void;
  timer?: NodeJS.Timeout;
}

/**
 * Locks of documents and of query results: shared for what a transaction has read, exclusive while a
 * commit is checked and applied. Waiting is first come, first served where it can be; a circle of
 * waiting owners is broken at once by aborting its youngest.
 */
export class LockTable {
  private readonly holders = new Map<LockOwner, Held>();
  private queue: Waiting[] = [];

  /** @param usage is told who waits, and who is aborted */
  constructor(
    private readonly patience: LockPatience,
    private readonly usage?: Pick<Usage, 'waited' | 'aborted'>,
  ) {}

  /** Takes shared locks; ABORTED after the read patience or in a deadlock. */
  read(owner: LockOwner, claim: ReadClaim): Promise<void> {
    return this.acquire(owner, { kind: 'read', claim });
  }

  /** Takes exclusive locks for a commit; ABORTED after the write patience or in a deadlock. */
  write(owner: LockOwner, claim: WriteClaim): Promise<void> {
    return this.acquire(owner, { kind: 'write', claim });
  }

  /** Gives up all that an owner holds and waits for, and lets the others go on. */
  release(owner: LockOwner): void {
    this.holders.delete(owner);
    this.failWaiting(owner, new FirestoreError(Code.Aborted, 'The transaction has ended.'));
    this.grantWaiting();
  }

  private acquire(owner: LockOwner, request: Claim): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { owner, request, resolve, reject };
      this.queue.push(waiting);
      this.grantWaiting();
      if (this.queue.includes(waiting)) this.usage?.waited(this.contested(waiting));
      this.breakDeadlocks(waiting);
      if (this.queue.includes(waiting)) this.startTimer(waiting);
    });
  }

  private startTimer(waiting: Waiting): void {
    const { readMs, writeMs } = this.patience;
    waiting.timer = setTimeout(
      () => {
        this.abort(waiting.owner, 'Transaction lock timeout.');
      },
      waiting.request.kind === 'write' ? writeMs : readMs,
    );
  }

  private grantWaiting(): void {
    for (const waiting of [...this.queue]) {
      if (!this.queue.includes(waiting) || this.mustWait(waiting)) continue;
      this.queue = this.queue.filter((other) => other !== waiting);
      clearTimeout(waiting.timer);
      this.hold(waiting.owner, waiting.request);
      waiting.resolve();
    }
  }

  private hold(owner: LockOwner, request: Claim): void {
    const held = this.holders.get(owner) ?? { paths: new Set<string>(), queries: [] };
    this.holders.set(owner, held);
    if (request.kind === 'write') {
      held.writing = request.claim;
      return;
    }
    for (const path of request.claim.paths) held.paths.add(path);
    if (request.claim.query !== undefined) held.queries.push(request.claim.query);
  }

  private mustWait(waiting: Waiting): boolean {
    return this.blockers(waiting).length > 0 || this.waitsForEarlierWriter(waiting);
  }

  private blockers({ owner, request }: Waiting): LockOwner[] {
    return [...this.holders]
      .filter(([other, held]) => other !== owner && isBlocked(request, other, held))
      .map(([other]) => other);
  }

  /** The documents, and as `collection/*` the queries, that somebody else holds; all, in a queue of readers. */
  private contested({ owner, request: { claim } }: Waiting): string[] {
    const held = [...this.holders].flatMap(([other, has]) => (other === owner ? [] : has));
    const paths = [...claim.paths].filter((path) =>
      held.some((has) => has.paths.has(path) || has.writing?.paths.has(path)),
    );
    const asked = 'touches' in claim ? [] : (claim.query ?? []);
    const met = held
      .flatMap(({ queries }) => queries)
      .filter((query) => 'touches' in claim && claim.touches(query));
    const queries = [asked, met].flat().map(({ collectionId = '' }) => `${collectionId}/*`);
    const names = [...paths, ...new Set(queries)];
    return names.length > 0 ? names : [...claim.paths];
  }

  /** A reader lets a commit pass that came before it, unless that commit waits for the reader. */
  private waitsForEarlierWriter(waiting: Waiting): boolean {
    const { owner, request } = waiting;
    if (request.kind === 'write') return false;
    const earlier = this.queue.slice(0, this.queue.indexOf(waiting));
    return earlier.some(
      (other) =>
        other.owner !== owner &&
        other.request.kind === 'write' &&
        readMeetsWrite(request.claim, other.request.claim) &&
        this.pathBetween(other.owner, owner) === undefined,
    );
  }

  private breakDeadlocks(waiting: Waiting): void {
    while (this.queue.includes(waiting)) {
      const circle = this.pathBetween(waiting.owner, waiting.owner);
      if (circle === undefined) return;
      const youngest = circle.reduce((a, b) => (b.age > a.age ? b : a));
      this.abort(youngest, 'Too much contention on these documents. Please try again.');
    }
  }

  /** The owners through which one waits for another, or undefined where it does not. */
  private pathBetween(from: LockOwner, to: LockOwner): LockOwner[] | undefined {
    const seen = new Set<LockOwner>();
    const search = (owner: LockOwner, path: LockOwner[]): LockOwner[] | undefined => {
      for (const waiting of this.queue.filter((other) => other.owner === owner)) {
        for (const blocker of this.blockers(waiting)) {
          if (blocker === to) return [...path, owner];
          if (seen.has(blocker)) continue;
          seen.add(blocker);
          const found = search(blocker, [...path, owner]);
          if (found !== undefined) return found;
        }
      }
      return undefined;
    };
    return search(from, []);
  }

  private abort(owner: LockOwner, message: string): void {
    this.usage?.aborted();
    this.failWaiting(owner, new FirestoreError(Code.Aborted, message));
    this.holders.delete(owner);
    owner.onAborted();
    this.grantWaiting();
  }

  private failWaiting(owner: LockOwner, error: FirestoreError): void {
    const failed = this.queue.filter((waiting) => waiting.owner === owner);
    this.queue = this.queue.filter((waiting) => waiting.owner !== owner);
    for (const waiting of failed) {
      clearTimeout(waiting.timer);
      waiting.reject(error);
    }
  }
}

function isBlocked(request: Claim, other: LockOwner, held: Held): boolean {
  if (request.kind === 'read') {
    const { claim } = request;
    if (held.writing !== undefined && readMeetsWrite(claim, held.writing)) return true;
    return other.isRetry && readsMeet(claim, held);
  }
  const { claim } = request;
  return (
    anyIn(claim.paths, held.paths) ||
    held.queries.some((query) => claim.touches(query)) ||
    (held.writing !== undefined && anyIn(claim.paths, held.writing.paths))
  );
}

function readMeetsWrite(read: ReadClaim, write: WriteClaim): boolean {
  return anyIn(read.paths, write.paths) || (read.query !== undefined && write.touches(read.query));
}

function readsMeet({ paths, query }: ReadClaim, held: Held): boolean {
  return (
    anyIn(paths, held.paths) ||
    held.queries.some(
      (other) => other.collectionId === query?.collectionId && other.parent === query?.parent,
    )
  );
}

function anyIn(items: Iterable<string>, set: ReadonlySet<string>): boolean {
  for (const item of items) if (set.has(item)) return true;
  return false;
}
