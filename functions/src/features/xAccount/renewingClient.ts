import type { XClient } from '../../providers/x/types.js';
import type { OpenDependencies } from './dependencies.js';
import { isReconnectRequired, notConnected } from './errors.js';
import { freshGrant } from './freshGrant.js';
import type { FreshGrant } from './freshGrant.js';
import { markReconnectRequired } from './keepGrant.js';

/**
 * A client that, where X refuses its token, refreshes once and tries again once: a refused call has not been
 * carried out. Refused again, the account is marked as to be connected again.
 */
export function renewingClient(deps: OpenDependencies, userId: string, first: FreshGrant): XClient {
  const clientOf = ({ accessToken }: FreshGrant) => deps.createClient({ accessToken }, userId);
  let current = { grant: first, client: clientOf(first) };

  async function attempt<T>(
    signal: AbortSignal,
    call: (client: XClient) => Promise<T>,
  ): Promise<T> {
    const tried = current;
    try {
      return await call(tried.client);
    } catch (error) {
      if (!isReconnectRequired(error)) throw error;
    }
    const grant = await freshGrant(deps, userId, signal, tried.grant.grantId);
    // Another X account by now: what was begun as one account must not go on as another.
    if (grant?.identity.xUserId !== first.identity.xUserId) throw notConnected();
    const renewed = { grant, client: clientOf(grant) };
    current = renewed;
    try {
      return await call(renewed.client);
    } catch (error) {
      if (isReconnectRequired(error)) await markReconnectRequired(deps, userId, grant.grantId);
      throw error;
    }
  }

  return {
    me: (signal) => attempt(signal, (client) => client.me(signal)),
    postTweet: (tweet, signal) => attempt(signal, (client) => client.postTweet(tweet, signal)),
    deleteTweet: (id, signal) => attempt(signal, (client) => client.deleteTweet(id, signal)),
    tweetsSince: (xUserId, since, signal) =>
      attempt(signal, (client) => client.tweetsSince(xUserId, since, signal)),
    metrics: (ids, withPrivate, signal) =>
      attempt(signal, (client) => client.metrics(ids, withPrivate, signal)),
  };
}
