import type { Commit, Database } from '../database.js';
import type { Instant } from '../model/clock.js';
import type { StoredDocument } from '../model/document.js';
import type { FirestoreError } from '../model/status.js';
import type { Target, WatchEvent } from './events.js';
import { TargetState } from './targetState.js';

/** The targets that one client listens to, and the events that keep it up to date. */
export class WatchStream {
  private readonly targets = new Map<number, TargetState>();
  private readonly stop: () => void;
  /** Ends when the commits are told that had to wait. */
  private waiting: Promise<void> | undefined;

  /** @param before what a commit has to wait for before its targets are told of it, if anything */
  constructor(
    private readonly database: Database,
    private readonly emit: (event: WatchEvent) => void,
    before: (commit: Commit) => Promise<unknown> | undefined = () => undefined,
  ) {
    this.stop = database.onCommit((commit) => {
      const condition = before(commit);
      if (condition === undefined && this.waiting === undefined) this.onCommit(commit);
      else this.onCommitAfter(commit, condition);
    });
  }

  /** Resolves when no commit waits: before, a new target would be ahead of the others. */
  async settled(): Promise<void> {
    while (this.waiting !== undefined) await this.waiting;
  }

  /** Starts a target: its documents first, or what changed since it left off, then its commits. */
  add(target: Target): void {
    const state = new TargetState(this.database, target);
    const version = this.database.clock.readTime();
    this.targets.set(target.id, state);
    this.emit({ type: 'added', targetId: target.id });
    if (target.resumeFrom === undefined) this.sendAll(state, version);
    else this.resume(state, version, target.resumeFrom);
    this.emit({ type: 'current', targetId: target.id, version });
    this.emit({ type: 'snapshot', version });
  }

  /** Ends a target at the client's wish, or with the cause for which it cannot go on. */
  remove(targetId: number, cause?: FirestoreError): void {
    this.targets.delete(targetId);
    this.emit({ type: 'removed', targetId, ...(cause && { cause }) });
  }

  close(): void {
    this.stop();
    this.targets.clear();
  }

  private sendAll(state: TargetState, version: Instant): void {
    const { id, kind } = state.target;
    for (const document of state.documents) this.sendChanged(document, [id], []);
    if ('query' in kind) return;
    for (const path of kind.paths.filter((name) => !state.has(name))) {
      this.emit({ type: 'deleted', path, version, removedTargetIds: [id] });
    }
  }

  private resume(state: TargetState, version: Instant, from: Instant): void {
    const { id } = state.target;
    const changed = state.dependsOnOthers ? undefined : this.database.log.since(from);
    if (changed === undefined) {
      this.emit({ type: 'reset', targetId: id });
      this.sendAll(state, version);
      return;
    }
    for (const document of state.documents) {
      if (changed.has(document.path)) this.sendChanged(document, [id], []);
    }
    for (const path of changed.keys()) {
      if (state.covers(path) && !state.has(path)) this.sendGone(path, version, [id]);
    }
    this.emit({ type: 'count', targetId: id, count: state.count });
  }

  /** Tells of a commit later, in its turn. */
  private onCommitAfter(commit: Commit, condition: Promise<unknown> | undefined): void {
    const turn = Promise.all([this.waiting, condition]).then(() => {
      this.onCommit(commit);
      if (this.waiting === turn) this.waiting = undefined;
    });
    this.waiting = turn;
  }

  private onCommit(commit: Commit): void {
    const joined = new Map<string, { document: StoredDocument; targetIds: number[] }>();
    const left = new Map<string, number[]>();
    for (const [id, state] of this.targets) {
      for (const { path, document } of state.apply(commit)) {
        if (document === undefined) {
          left.set(path, [...(left.get(path) ?? []), id]);
        } else {
          const targetIds = joined.get(path)?.targetIds ?? [];
          joined.set(path, { document, targetIds: [...targetIds, id] });
        }
      }
    }
    if (joined.size === 0 && left.size === 0) return;
    for (const [path, { document, targetIds }] of joined) {
      this.sendChanged(document, targetIds, left.get(path) ?? []);
    }
    for (const [path, ids] of left) {
      if (!joined.has(path)) this.sendGone(path, commit.version, ids);
    }
    this.emit({ type: 'snapshot', version: commit.version });
  }

  private sendChanged(
    document: StoredDocument,
    targetIds: readonly number[],
    removedTargetIds: readonly number[],
  ): void {
    this.emit({ type: 'changed', document, targetIds, removedTargetIds });
  }

  private sendGone(path: string, version: Instant, removedTargetIds: readonly number[]): void {
    const type = this.database.store.get(path) === undefined ? 'deleted' : 'left';
    this.emit({ type, path, version, removedTargetIds });
  }
}
