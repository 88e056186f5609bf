import { createHash } from 'node:crypto';
import { Clock, DAY, SECOND } from './clock.js';
import { Grants } from './grants.js';
import { RateLimits } from './rateLimits.js';

export interface Account {
  id: string;
  /** Without the "@", as its owner writes it. */
  username: string;
  name: string;
  /** Milliseconds since the epoch, as all times here. */
  createdAt: number;
  followers: number;
  suspended: boolean;
  /** Whose posts the developer's spend cap no longer pays for. */
  spendCap: boolean;
  creditsDepleted: boolean;
}

export interface Tweet {
  id: string;
  authorId: string;
  /** As it was sent, without white space around it. */
  text: string;
  createdAt: number;
  inReplyTo: string | undefined;
  inReplyToUser: string | undefined;
  /** The ids of the tweets that it follows in its conversation, the first one first. */
  ancestors: readonly string[];
  /** The id of the tweet that the conversation began with. */
  conversationId: string;
  /** From when on the timeline has it. */
  onTimelineAt: number;
  /** Figures that were set; they stand in the place of the grown ones. */
  metrics: Readonly<Record<string, number>>;
}

/** The account that the OAuth 1.0a tokens belong to. */
export const APP_ACCOUNT = 'quikthread_app';
const DEMO_ACCOUNT = 'demo_creator';
const DEFAULT_FOLLOWERS = 1200;

/** The epoch of X's ids, and how many bits of one follow its milliseconds (github.com/twitter-archive/snowflake). */
const SNOWFLAKE_EPOCH = 1_288_834_974_657n;
const SNOWFLAKE_SHIFT = 22n;

/** Everything that X knows: accounts, tweets, grants, limits and the time. */
export class XState {
  readonly clock = new Clock();
  readonly grants = new Grants(this.clock);
  readonly limits = new RateLimits(this.clock);
  private readonly accounts = new Map<string, Account>();
  private readonly tweets = new Map<string, Tweet>();
  /** Outlives a reset: an id names one tweet for as long as this process lives. */
  private lastId = 0n;

  constructor() {
    this.reset();
  }

  /** Forgets everything, and comes back to this machine's time. */
  reset(): void {
    this.clock.reset();
    this.grants.clear();
    this.limits.clear();
    this.accounts.clear();
    this.tweets.clear();
    this.openAccount(APP_ACCOUNT);
    this.openAccount(DEMO_ACCOUNT);
  }

  listAccounts(): Account[] {
    return [...this.accounts.values()];
  }

  /** Usernames are compared without regard to case. */
  accountNamed(username: string): Account | undefined {
    return this.accounts.get(username.toLowerCase());
  }

  account(id: string): Account | undefined {
    return this.listAccounts().find((account) => account.id === id);
  }

  /** The account of that name, made where there is none. The same name has the same id after a reset. */
  openAccount(username: string): Account {
    const known = this.accountNamed(username);
    if (known) return known;
    const key = username.toLowerCase();
    const hash = createHash('sha256').update(key).digest().readUIntBE(0, 6);
    const account: Account = {
      id: String(1_000_000_000_000_000_000n + BigInt(hash)),
      username,
      name: username.replaceAll('_', ' ').trim() || username,
      createdAt: this.clock.now() - 400 * DAY,
      followers: DEFAULT_FOLLOWERS,
      suspended: false,
      spendCap: false,
      creditsDepleted: false,
    };
    this.accounts.set(key, account);
    return account;
  }

  addTweet(author: Account, text: string, inReplyTo?: Tweet, lagSeconds = 0): Tweet {
    const createdAt = this.clock.now();
    const id = this.nextId(createdAt);
    const tweet: Tweet = {
      id,
      authorId: author.id,
      text,
      createdAt,
      inReplyTo: inReplyTo?.id,
      inReplyToUser: inReplyTo?.authorId,
      ancestors: inReplyTo ? [...inReplyTo.ancestors, inReplyTo.id] : [],
      conversationId: inReplyTo?.conversationId ?? id,
      onTimelineAt: createdAt + lagSeconds * SECOND,
      metrics: {},
    };
    this.tweets.set(id, tweet);
    return tweet;
  }

  deleteTweet(id: string): void {
    this.tweets.delete(id);
  }

  tweet(id: string): Tweet | undefined {
    return this.tweets.get(id);
  }

  /** Those that are not deleted, oldest first. */
  tweetsBy(author: Account): Tweet[] {
    return [...this.tweets.values()].filter(({ authorId }) => authorId === author.id);
  }

  /** Those of anyone, oldest first. */
  conversation(conversationId: string): Tweet[] {
    return [...this.tweets.values()].filter((tweet) => tweet.conversationId === conversationId);
  }

  repliesTo(id: string): number {
    return [...this.tweets.values()].filter(({ inReplyTo }) => inReplyTo === id).length;
  }

  /** Like X's ids, these grow with time. */
  private nextId(at: number): string {
    const snowflake = (BigInt(Math.floor(at)) - SNOWFLAKE_EPOCH) << SNOWFLAKE_SHIFT;
    this.lastId = snowflake > this.lastId ? snowflake : this.lastId + 1n;
    return String(this.lastId);
  }
}
