import { nextPlan } from '@quikthread/contract';
import { profileMissing } from '../../engine/lifecycle.js';
import { CallError } from '../../platform/errors.js';
import type { Poster } from './store.js';

/**
 * Whether a user may post: their plan has it, and an X account is connected, or the operator's serves.
 * @param poster null without a profile
 * @throws CallError `profile_missing`, `feature_missing`, `x_not_connected`, `x_reconnect_required`
 */
export function requireMayPost(
  poster: Poster | null,
  singleAccountMode: boolean,
): asserts poster is Poster {
  if (!poster) throw profileMissing();
  if (!poster.features.postToX) throw featureMissing(poster);
  if (!poster.xAccount && !singleAccountMode) {
    const message = 'Connect your X account first: posts go out from it.';
    throw new CallError({ code: 'x_not_connected' }, message);
  }
  if (poster.xAccount?.status === 'reconnect_required') {
    const message = 'X no longer accepts the connection to your account: connect it again.';
    throw new CallError({ code: 'x_reconnect_required' }, message);
  }
}

function featureMissing({ tier }: Poster): CallError {
  const better = nextPlan(tier, (plan) => plan.features.postToX);
  const upgrade = better ? ` The ${better} plan has it.` : '';
  return new CallError(
    { code: 'feature_missing', feature: 'postToX', nextPlan: better },
    `Your plan does not include posting to X.${upgrade}`,
  );
}
