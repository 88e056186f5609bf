/** What the X provider promises to the features, in our terms. Every method rejects with a JobError of an `x_` code. */

/** An account on X. */
export interface XIdentity {
  readonly xUserId: string;
  /** Without the "@". */
  readonly username: string;
  readonly name: string;
}

/** An OAuth 2.0 grant. Both tokens are secrets. */
export interface XGrant {
  readonly accessToken: string;
  /** Good for one use: refreshing gives another. */
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** X's OAuth 2.0 with PKCE, as a confidential client. */
export interface XOAuth {
  /** The address where a user grants access, and the PKCE verifier to keep for the exchange. */
  authorization(state: string): { readonly url: string; readonly codeVerifier: string };
  /** Trades a code, within its 30 seconds, for a grant, and asks whose it is. */
  exchange(
    code: string,
    codeVerifier: string,
    signal: AbortSignal,
  ): Promise<{ readonly grant: XGrant; readonly identity: XIdentity }>;
  /** @throws JobError `x_reconnect_required` where X no longer takes the token */
  refresh(refreshToken: string, signal: AbortSignal): Promise<XGrant>;
  /** Ends a grant at X; one that has ended already is no error. */
  revoke(grant: XGrant, signal: AbortSignal): Promise<void>;
}

/** What acts on X: an OAuth 2.0 access token, or the operator's own OAuth 1.0a account. */
export type XCredentials =
  | { readonly accessToken: string }
  | {
      readonly appKey: string;
      readonly appSecret: string;
      readonly accessToken: string;
      readonly accessSecret: string;
    };

/** A tweet as X has it, with what is needed to know it again. */
export interface XTweet {
  readonly tweetId: string;
  /** As it was sent: t.co links expanded, HTML entities decoded. */
  readonly text: string;
  readonly inReplyTo: string | null;
  readonly createdAt: Date;
}

/** Counts of one tweet. The last three are X's private metrics: null where they were not asked for or cannot be read. */
export interface XMetrics {
  readonly tweetId: string;
  readonly impressions: number;
  readonly likes: number;
  readonly retweets: number;
  readonly replies: number;
  readonly bookmarks: number;
  readonly quotes: number;
  readonly linkClicks: number | null;
  readonly profileClicks: number | null;
  readonly engagements: number | null;
}

/** X in the name of one account. */
export interface XClient {
  me(signal: AbortSignal): Promise<XIdentity>;
  /**
   * Sends one tweet and gives its id.
   * @throws JobError; after `x_unavailable` the tweet may be out all the same
   */
  postTweet(
    tweet: { readonly text: string; readonly inReplyTo: string | null },
    signal: AbortSignal,
  ): Promise<string>;
  /** Removes a tweet; one that is gone already is no error. */
  deleteTweet(tweetId: string, signal: AbortSignal): Promise<void>;
  /** The account's own tweets since a time, replies included, newest first. X charges for each that it answers. */
  tweetsSince(xUserId: string, since: Date, signal: AbortSignal): Promise<readonly XTweet[]>;
  /**
   * Metrics of up to 100 tweets in one call; `missing` are those that X no longer shows.
   * @param withPrivate asks for private metrics too: own tweets of the last 30 days only
   */
  metrics(
    tweetIds: readonly string[],
    withPrivate: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly found: readonly XMetrics[]; readonly missing: readonly string[] }>;
}

/** A user's way to X: from which account, and the client that acts for it. */
export interface XConnection {
  readonly identity: XIdentity;
  readonly client: XClient;
}

/**
 * Opens a user's connection, its access token refreshed where it is about to run out.
 * @throws JobError `x_not_connected`, `x_reconnect_required`, `x_unavailable`
 */
export type OpenXConnection = (userId: string, signal: AbortSignal) => Promise<XConnection>;
