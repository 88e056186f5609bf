import type { Commit, Database } from '../database.js';
import type { DocumentChange, StoredDocument } from '../model/document.js';
import { evaluateQuery, isInScope, matchesQuery, project } from '../query/evaluate.js';
import type { Target } from './events.js';

/** One document's part in a target after a commit: present (changed or new), or no longer. */
export type Delta =
  | { readonly path: string; readonly document: StoredDocument }
  | { readonly path: string; readonly document: undefined };

/** What a target holds, kept up to date commit by commit. */
export class TargetState {
  private members = new Map<string, StoredDocument>();

  constructor(
    private readonly database: Database,
    readonly target: Target,
  ) {
    this.members = this.evaluate();
  }

  get documents(): Iterable<StoredDocument> {
    return this.members.values();
  }

  get count(): number {
    return this.members.size;
  }

  has(path: string): boolean {
    return this.members.has(path);
  }

  /** Whether a document of this path could be part of the target. */
  covers(path: string): boolean {
    const { kind } = this.target;
    return 'query' in kind ? isInScope(path, kind.query) : kind.paths.includes(path);
  }

  /** Whether documents enter and leave by what happens to others, as with a limit. */
  get dependsOnOthers(): boolean {
    const { kind } = this.target;
    return 'query' in kind && (kind.query.limit !== undefined || kind.query.offset > 0);
  }

  /** Takes a commit in and answers what it changed here. */
  apply(commit: Commit): Delta[] {
    if (!this.dependsOnOthers) return this.applyChanges(commit);
    return commit.changes.some((change) => this.concerns(change)) ? this.reevaluate() : [];
  }

  /** Whether a change is to a document that is part of the query, its limit and offset apart, before or after. */
  private concerns({ before, after }: DocumentChange): boolean {
    return [before, after].some((document) => document !== undefined && this.includes(document));
  }

  private applyChanges(commit: Commit): Delta[] {
    const deltas: Delta[] = [];
    for (const { path, after } of commit.changes) {
      if (after !== undefined && this.includes(after)) {
        const document = this.seen(after);
        this.members.set(path, document);
        deltas.push({ path, document });
      } else if (this.members.delete(path)) {
        deltas.push({ path, document: undefined });
      }
    }
    return deltas;
  }

  private reevaluate(): Delta[] {
    const before = this.members;
    this.members = this.evaluate();
    const gone = [...before.keys()].filter((path) => !this.members.has(path));
    const changed = [...this.members.values()].filter(
      (document) => before.get(document.path)?.updateTime !== document.updateTime,
    );
    return [
      ...gone.map((path) => ({ path, document: undefined })),
      ...changed.map((document) => ({ path: document.path, document })),
    ];
  }

  private includes(document: StoredDocument): boolean {
    const { kind } = this.target;
    return 'query' in kind
      ? matchesQuery(this.database.id, document, kind.query)
      : kind.paths.includes(document.path);
  }

  private evaluate(): Map<string, StoredDocument> {
    const { kind } = this.target;
    const { id, store } = this.database;
    const documents =
      'query' in kind
        ? evaluateQuery(id, store, kind.query).documents
        : kind.paths.map((path) => store.get(path)).filter((document) => document !== undefined);
    return new Map(documents.map((document) => [document.path, this.seen(document)]));
  }

  private seen(document: StoredDocument): StoredDocument {
    const { kind } = this.target;
    return 'query' in kind ? project(document, kind.query.select) : document;
  }
}
