import { AsyncLocalStorage } from 'node:async_hooks';
import { write } from 'firebase-functions/logger';

/** Fields of a structured entry. Ids, counts, codes and durations only: never content, tokens or addresses. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type Severity = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

const correlation = new AsyncLocalStorage<string>();

/**
 * Runs `work` under a correlation id, which every entry that it writes carries. A call begins one, the
 * job that it makes keeps it, and so do that job's runs, wherever they happen.
 */
export function withCorrelation<T>(correlationId: string, work: () => T): T {
  return correlation.run(correlationId, work);
}

/** The id that the current work runs under; undefined outside of any. */
export function correlationId(): string | undefined {
  return correlation.getStore();
}

/** Writes one structured entry to Cloud Logging. */
export function log(severity: Severity, message: string, fields: LogFields = {}): void {
  const id = correlationId();
  write({ ...fields, ...(id !== undefined && { correlationId: id }), severity, message });
}
