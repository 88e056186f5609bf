/** What every provider over HTTP needs: a trace, a limit in time, and the server's wish of when to come back. */
import { log } from '../platform/log.js';

export type Provider = 'deepgram' | 'gemini' | 'x' | 'polar';

/** Runs one call of a provider that limits it in time, and logs how long it took and whether it succeeded. */
export async function traced<T>(provider: Provider, call: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  let succeeded = false;
  try {
    const answer = await call();
    succeeded = true;
    return answer;
  } finally {
    const durationMs = Math.round(performance.now() - startedAt);
    log('INFO', 'provider called', { provider, succeeded, durationMs });
  }
}

/**
 * Runs one call of a provider as `traced` does, with a signal that aborts with `signal`, or once `milliseconds`
 * have passed. Both cover the whole of it, the reading of a body included, which the SDKs' own time-outs do not.
 */
export function callWithDeadline<T>(
  provider: Provider,
  signal: AbortSignal,
  milliseconds: number,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return traced(provider, () => withDeadline(signal, milliseconds, call));
}

async function withDeadline<T>(
  signal: AbortSignal,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const abort = () => {
    controller.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`no answer within ${milliseconds} ms`, 'TimeoutError'));
  }, milliseconds);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date), or null. */
export function retryAfterSeconds(header: string | null | undefined, now: Date): number | null {
  const value = header?.trim();
  if (!value) return null;
  if (/^\d+$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now.getTime()) / 1000));
}

/** `value` where it looks like an error code, so that no free text of a provider enters a log. */
export function errorCodeOnly(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z][A-Za-z _]{0,60}$/.test(value) ? value : 'no code';
}
