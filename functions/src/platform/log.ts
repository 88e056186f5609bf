import { write } from 'firebase-functions/logger';

/** Fields of a structured entry. Ids, counts, codes and durations only: never content, tokens or addresses. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type Severity = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** Writes one structured entry to Cloud Logging. */
export function log(severity: Severity, message: string, fields: LogFields = {}): void {
  write({ ...fields, severity, message });
}
