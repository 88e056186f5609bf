import type { AnalyticsData } from '@quikthread/contract';
import type { Caller } from '../../platform/callable.js';
import { sleep } from '../../platform/clock.js';
import { JobError } from '../../platform/errors.js';
import { randomId } from '../../platform/ids.js';
import { log } from '../../platform/log.js';
import { asXCallError } from '../../platform/xErrors.js';
import { requireAnalytics } from './account.js';
import type { Copy } from './cache.js';
import { LEASE_SECONDS, endRefresh, isFresh, isServable, readCache, takeRefresh } from './cache.js';
import { calendarOf } from './calendar.js';
import type { AnalyticsDependencies } from './dependencies.js';
import { measure } from './measure.js';

/** Ends well before the lease does: a refresh that lost its lease must not be at work any more. */
const REFRESH_MS = (LEASE_SECONDS - 10) * 1000;
const POLL_MS = 250;
/** How often a caller looks whether another one's refresh is done before an older copy must do. */
const PATIENCE_POLLS = 40;

/**
 * The caller's analytics. A copy under an hour old is served as it is; an older one is refreshed once,
 * however many callers race: the others wait for it. Where X cannot be asked just now, or somebody
 * else's refresh takes long or has just failed, a copy under a day old is served; its `asOf` tells.
 * @throws CallError `profile_missing`, `feature_missing`, `x_not_connected`, `x_reconnect_required`,
 * `x_rate_limited`, `x_refused`, `x_unavailable`
 */
export async function getAnalytics(
  deps: AnalyticsDependencies,
  { userId }: Pick<Caller, 'userId'>,
): Promise<AnalyticsData> {
  const { db, clock } = deps;
  const { settings } = await requireAnalytics(db, userId);
  const owner = randomId();
  for (let polls = 0; ; polls += 1) {
    const now = clock();
    const { copy, isHeld } = await readCache(db, userId, now);
    if (copy && isFresh(copy, now)) return copy.data;
    const hasWaited = polls >= PATIENCE_POLLS || (polls > 0 && !isHeld);
    if (copy && hasWaited && isServable(copy, now)) return copy.data;
    if (!isHeld && (await takeRefresh(db, userId, owner, now))) {
      return refresh(deps, userId, owner, settings.timeZone ?? 'UTC', copy);
    }
    await sleep(POLL_MS);
  }
}

async function refresh(
  deps: AnalyticsDependencies,
  userId: string,
  owner: string,
  timeZone: string,
  copy: Copy | null,
): Promise<AnalyticsData> {
  const { db, clock } = deps;
  try {
    const data = await measureInTime(deps, userId, timeZone);
    await endRefresh(db, userId, owner, data);
    return data;
  } catch (error) {
    await endRefresh(db, userId, owner, null);
    const now = clock();
    if (!copy || !isServable(copy, now) || !passes(error)) throw asXCallError(error, now);
    log('WARNING', 'older analytics served', { userId, cause: error.code });
    return copy.data;
  }
}

async function measureInTime(
  deps: AnalyticsDependencies,
  userId: string,
  timeZone: string,
): Promise<AnalyticsData> {
  const signal = AbortSignal.timeout(REFRESH_MS);
  try {
    return await measure(deps, userId, calendarOf(timeZone), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const message = 'X took too long to answer. Try again later.';
    throw new JobError('x_unavailable', message, 'later', { cause: error });
  }
}

/** Whether X may well answer when it is asked again later. */
function passes(error: unknown): error is JobError {
  return (
    error instanceof JobError && (error.code === 'x_unavailable' || error.code === 'x_rate_limited')
  );
}
