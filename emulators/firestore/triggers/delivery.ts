import { request } from 'node:http';

/** An event on its way to a function. */
export interface EventMessage {
  /** The same through all attempts, by which a function knows a redelivery. */
  readonly id: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

export interface RetryTimes {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** How long after the first attempt a failed one is not tried again. */
  readonly giveUpAfterMs: number;
  /** How long an attempt may go without an answer: longer than any function may run. */
  readonly attemptMs: number;
}

export const DEFAULT_RETRY: RetryTimes = {
  firstDelayMs: 1000,
  maxDelayMs: 30_000,
  giveUpAfterMs: 600_000,
  attemptMs: 600_000,
};

/** Why an attempt failed. */
interface Failure {
  readonly reason: string;
  /** Whether the function answered; otherwise the event may not have reached it. */
  readonly answered: boolean;
}

/**
 * Posts an event until it is answered with a 2xx, with growing pauses: at least once, not exactly
 * once. Ends early when the signal is aborted, and when the function answers with an error though it
 * is not to be tried again. True where the event was accepted.
 */
export async function deliver(
  message: EventMessage,
  retry: RetryTimes,
  signal: AbortSignal,
  hasRetryOn: () => Promise<boolean>,
): Promise<boolean> {
  const start = Date.now();
  let delay = retry.firstDelayMs;
  while (!signal.aborted) {
    const failure = await attempt(message, retry.attemptMs, signal);
    if (failure === undefined) return true;
    const { reason, answered } = failure;
    const mayRetry = !answered || (await hasRetryOn());
    if (isAborted(signal)) return false;
    if (!mayRetry || Date.now() + delay - start > retry.giveUpAfterMs) {
      console.error(`firestore: event ${message.id} given up: ${reason}`);
      return false;
    }
    console.error(`firestore: event ${message.id} again in ${delay} ms: ${reason}`);
    await pause(delay, signal);
    delay = Math.min(delay * 2, retry.maxDelayMs);
  }
  return false;
}

/** One attempt; undefined where it succeeded. */
function attempt(
  { url, headers, body }: EventMessage,
  timeout: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    const call = request(url, { method: 'POST', headers, timeout, signal }, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.on('error', () => undefined);
      const isDone = status >= 200 && status < 300;
      const reason = `${url.pathname} answered ${status}`;
      resolve(isDone ? undefined : { reason, answered: true });
    });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', (error) => {
      resolve({ reason: error.message, answered: false });
    });
    call.end(body);
  });
}

/** Read afresh after an await, which the type of a property does not tell. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function pause(delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delay);
    signal.addEventListener('abort', done);
  });
}
