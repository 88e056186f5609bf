import type { CallableName } from '@quikthread/contract';

/** What the SDK waits for an answer by itself: a little longer than most functions may run. */
const SDK_SECONDS = 70;
/** For the way to the backend and back, and a cold start. */
const ALLOWANCE_SECONDS = 10;

/** How long functions may run that may run for more than a minute, in seconds. */
const longRunning: Partial<Readonly<Record<CallableName, number>>> = {
  deletePost: 300,
  getAnalytics: 150,
};

/** How long the answer to a call is waited for, in seconds: never less than the backend may take. */
export function patienceOf(name: CallableName): number {
  const seconds = longRunning[name];
  return seconds === undefined ? SDK_SECONDS : seconds + ALLOWANCE_SECONDS;
}
