import { JobError } from '../../platform/errors.js';
import type { XClient, XConnection, XIdentity } from '../../providers/x/types.js';
import { isReconnectRequired } from './errors.js';

/**
 * The operator's own account for anybody who asks; whose it is, is asked of X once.
 * @throws JobError `x_refused` where X refuses the deployment's keys: no user can reconnect those
 */
export function operatorAccount(
  clientFor: (userId: string) => XClient,
): (userId: string, signal: AbortSignal) => Promise<XConnection> {
  let known: XIdentity | undefined;
  return async (userId, signal) => {
    const client = refusingClient(clientFor(userId));
    const identity = known ?? (await client.me(signal));
    known = identity;
    return { identity, client };
  };
}

function refusingClient(client: XClient): XClient {
  return {
    me: (signal) => told(client.me(signal)),
    postTweet: (tweet, signal) => told(client.postTweet(tweet, signal)),
    deleteTweet: (id, signal) => told(client.deleteTweet(id, signal)),
    tweetsSince: (xUserId, since, signal) => told(client.tweetsSince(xUserId, since, signal)),
    metrics: (ids, withPrivate, signal) => told(client.metrics(ids, withPrivate, signal)),
  };
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isReconnectRequired(error)) throw error;
    const message = 'X does not accept the account that this service posts from.';
    throw new JobError('x_refused', message, 'never', { cause: error });
  }
}
