import type { IncomingHttpHeaders } from 'node:http';

/** What one of X's limits on posting has left: of the account's 15 minutes, its day, or the whole app's day. */
export interface XLimit {
  readonly scope: 'window' | 'user_day' | 'app_day';
  /** Requests. */
  readonly remaining: number;
  readonly resetsAt: Date;
}

/** Beginnings of the headers that tell a limit (docs.x.com/x-api/fundamentals/rate-limits). */
const headerPrefixes: readonly (readonly [XLimit['scope'], string])[] = [
  ['window', 'x-rate-limit'],
  ['user_day', 'x-user-limit-24hour'],
  ['app_day', 'x-app-limit-24hour'],
];

/** The limits that an answer's headers tell, which may be none. */
export function limitsOf(headers: IncomingHttpHeaders): XLimit[] {
  return headerPrefixes.flatMap(([scope, prefix]) => {
    const remaining = wholeNumber(headers[`${prefix}-remaining`]);
    const reset = wholeNumber(headers[`${prefix}-reset`]);
    if (remaining === null || reset === null) return [];
    return [{ scope, remaining, resetsAt: new Date(reset * 1000) }];
  });
}

function wholeNumber(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^-?\d{1,12}$/.test(header) ? Number(header) : null;
}
