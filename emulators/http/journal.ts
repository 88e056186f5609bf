/** What a stand-in remembers of one exchange. Credentials never enter it. */
export interface JournalEntry {
  /** Order of arrival, from 1. */
  id: number;
  /** ISO 8601. */
  startedAt: string;
  method: string;
  path: string;
  /** Query parameters without those that carry a secret. */
  query: Record<string, string>;
  /** Null until an answer was begun. */
  status: number | null;
  /** True once the whole answer was handed over to a connection that was still open. */
  completed: boolean;
  /** What the stand-in itself noted: bytes and sha256 of the media, for one. */
  details: Record<string, unknown>;
}

const SECRET_PARAMETERS = new Set(['key', 'access_token', 'token', 'code', 'state']);

/** The exchanges since the start or the last reset, in order of arrival. */
export class Journal {
  private entries: JournalEntry[] = [];
  private lastId = 0;

  begin(method: string, url: URL): JournalEntry {
    this.lastId += 1;
    const entry: JournalEntry = {
      id: this.lastId,
      startedAt: new Date().toISOString(),
      method,
      path: url.pathname,
      query: Object.fromEntries(
        [...url.searchParams].filter(([name]) => !SECRET_PARAMETERS.has(name)),
      ),
      status: null,
      completed: false,
      details: {},
    };
    this.entries.push(entry);
    return entry;
  }

  list(): readonly JournalEntry[] {
    return this.entries;
  }

  clear(): void {
    this.entries = [];
    this.lastId = 0;
  }
}
