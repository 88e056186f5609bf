import type { Caller } from '../access/caller.js';
import { rulesPath } from '../access/rulesValues.js';
import type { Commit, Database } from '../database.js';
import { FirestoreError, toFirestoreError } from '../model/status.js';
import { isInScope } from '../query/evaluate.js';
import type { FirestoreService } from '../service.js';
import type { Target } from '../watch/events.js';

interface Admission {
  readonly target: Target;
  /** The documents that the rules read, as they name them. */
  readonly reads: ReadonlySet<string>;
}

/**
 * What the rules allow a stream to listen to. They are asked again when they are replaced, and when a commit
 * changes a document of a target or one that they read: Firestore ends a listener that is then refused.
 */
export class Admissions {
  private readonly admitted = new Map<number, Admission>();

  constructor(
    private readonly service: FirestoreService,
    private readonly caller: Caller,
    private readonly database: Database,
    private readonly refuse: (targetId: number, cause: FirestoreError) => void,
  ) {}

  /** Refuses a target unless the rules allow it. */
  async admit(target: Target): Promise<void> {
    this.admitted.set(target.id, await this.ask(target));
  }

  /** Whether a target is still allowed. */
  has(target: Target): boolean {
    return this.admitted.get(target.id)?.target === target;
  }

  forget(targetId: number): void {
    this.admitted.delete(targetId);
  }

  forgetAll(): void {
    this.admitted.clear();
  }

  /** Asks again what a commit may have changed; undefined where it changed nothing of the kind. */
  afterCommit({ changes, cleared }: Commit): Promise<unknown> | undefined {
    if (this.caller.isAdmin || cleared) return undefined;
    const doubtful = [...this.admitted.values()].filter((admission) =>
      changes.some(({ path }) => this.restsOn(admission, path)),
    );
    return doubtful.length === 0 ? undefined : this.askAgain(doubtful);
  }

  /** Asks again about everything. */
  async afterNewRules(): Promise<void> {
    await this.askAgain([...this.admitted.values()]);
  }

  private async ask(target: Target): Promise<Admission> {
    const { access } = this.service;
    const reads = new Set<string>();
    if ('query' in target.kind) {
      await access.checkList(this.caller, this.database, target.kind.query, reads);
    } else {
      for (const path of target.kind.paths) {
        const document = this.database.store.get(path);
        await access.checkGet(this.caller, this.database, path, document, reads);
      }
    }
    return { target, reads };
  }

  private restsOn({ target: { kind }, reads }: Admission, path: string): boolean {
    if (reads.has(`/${rulesPath(this.database.id.databaseId, path).join('/')}`)) return true;
    return 'query' in kind ? isInScope(path, kind.query) : kind.paths.includes(path);
  }

  private async askAgain(admissions: readonly Admission[]): Promise<void> {
    for (const admission of admissions) {
      const { id } = admission.target;
      const outcome = await this.ask(admission.target).catch(toFirestoreError);
      if (this.admitted.get(id) !== admission) continue;
      if (outcome instanceof FirestoreError) {
        this.forget(id);
        this.refuse(id, outcome);
      } else {
        this.admitted.set(id, outcome);
      }
    }
  }
}
