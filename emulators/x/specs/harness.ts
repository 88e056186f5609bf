import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StandIn } from '../../http/server.js';
import { startX } from '../server.js';

export const CALLBACK = 'http://127.0.0.1:1/callback?from=x';
export const VERIFIER = 'a-verifier-that-is-long-enough-for-the-rules-of-pkce';
export const ALL_SCOPES = 'tweet.read tweet.write users.read offline.access';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

/** An answer; its body is JSON. */
export interface Reply {
  status: number;
  headers: Headers;
  body: unknown;
}

const tokensSchema = z.object({ access_token: z.string(), refresh_token: z.string().optional() });
const tweetSchema = z.looseObject({ id: z.string(), text: z.string() });
const errorSchema = z.looseObject({ title: z.string(), detail: z.string(), type: z.string() });
const listSchema = z.looseObject({
  data: z.array(tweetSchema).default([]),
  errors: z.array(errorSchema).default([]),
  meta: z.object({ result_count: z.int(), next_token: z.string().optional() }).optional(),
});
const postedSchema = z.object({ tweets: z.array(z.looseObject({ text: z.string() })) });

/** The tokens of an answer of the token endpoint. */
export function tokensOf({ status, body }: Reply): { access: string; refresh: string } {
  assert.equal(status, 200, JSON.stringify(body));
  const tokens = tokensSchema.parse(body);
  return { access: tokens.access_token, refresh: tokens.refresh_token ?? '' };
}

/** The tweet that was created. */
export function createdOf({ status, body }: Reply) {
  assert.equal(status, 201, JSON.stringify(body));
  return z.object({ data: tweetSchema }).parse(body).data;
}

/** The tweets, errors and meta of a read. */
export function listOf({ status, body }: Reply) {
  assert.equal(status, 200, JSON.stringify(body));
  return listSchema.parse(body);
}

/** A refusal's status and detail. */
export function refusalOf({ status, body }: Reply): [number, string] {
  return [status, errorSchema.partial().parse(body).detail ?? ''];
}

/** X's stand-in, called with fetch alone. */
export class Harness {
  private standIn: StandIn | undefined;

  get url(): string {
    assert.ok(this.standIn);
    return this.standIn.url;
  }

  async start(): Promise<void> {
    this.standIn = await startX({ port: 0 });
  }

  async stop(): Promise<void> {
    await this.standIn?.stop();
  }

  /** Calls `/_control` and what follows; anything but a success fails the test. */
  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await fetch(`${this.url}/_control${path}`, init);
    const text = await response.text();
    assert.ok(response.ok, text);
    return JSON.parse(text || 'null');
  }

  fault(fault: object): Promise<unknown> {
    return this.control('POST', '/faults', fault);
  }

  advance(seconds: number): Promise<unknown> {
    return this.control('POST', '/clock', { advanceSeconds: seconds });
  }

  /** The texts of an account's tweets, oldest first. */
  async posted(username: string): Promise<string[]> {
    const listed = await this.control('GET', `/accounts/${username}/tweets`);
    return postedSchema.parse(listed).tweets.map(({ text }) => text);
  }

  /** The address of the consent page; a parameter that is undefined is left out. */
  authorizeUrl(changes: Record<string, string | undefined> = {}): string {
    const url = new URL(`${this.url}/i/oauth2/authorize`);
    const parameters: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: 'local-x-client',
      redirect_uri: CALLBACK,
      state: 'the-state',
      scope: ALL_SCOPES,
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      ...changes,
    };
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    return url.href;
  }

  /** Where the consent page redirects to. */
  async redirectOf(changes: Record<string, string | undefined>): Promise<URL> {
    const response = await fetch(this.authorizeUrl(changes), { redirect: 'manual' });
    assert.equal(response.status, 302, await response.text());
    return new URL(response.headers.get('location') ?? '');
  }

  async code(changes: Record<string, string | undefined> = { approve: 'alice' }): Promise<string> {
    return (await this.redirectOf(changes)).searchParams.get('code') ?? '';
  }

  /** Posts to an OAuth 2 endpoint as the client, in JSON as twitter-api-v2 does. */
  async oauth(
    path: 'token' | 'revoke',
    body: Record<string, string | undefined>,
    secret = 'local-x-secret',
  ): Promise<Reply> {
    const basic = Buffer.from(`local-x-client:${secret}`).toString('base64');
    const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return replyOf(await fetch(`${this.url}/2/oauth2/${path}`, init));
  }

  redeem(code: string, changes: Record<string, string | undefined> = {}): Promise<Reply> {
    return this.oauth('token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
      ...changes,
    });
  }

  refresh(token: string): Promise<Reply> {
    return this.oauth('token', { grant_type: 'refresh_token', refresh_token: token });
  }

  /** Connects an account and returns its tokens. */
  async connect(approve: string, scope = ALL_SCOPES): Promise<{ access: string; refresh: string }> {
    return tokensOf(await this.redeem(await this.code({ approve, scope })));
  }

  /** A call of the API with an access token. */
  async call(token: string, method: string, path: string, body?: unknown): Promise<Reply> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return replyOf(await fetch(`${this.url}${path}`, init));
  }

  tweet(token: string, text: string, parent?: string): Promise<Reply> {
    const reply = parent === undefined ? undefined : { in_reply_to_tweet_id: parent };
    return this.call(token, 'POST', '/2/tweets', { text, reply });
  }

  /** Posts a thread and returns its ids. */
  async thread(token: string, texts: readonly string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const text of texts) {
      ids.push(createdOf(await this.tweet(token, text, ids.at(-1))).id);
    }
    return ids;
  }
}

async function replyOf(response: Response): Promise<Reply> {
  const { status, headers } = response;
  return { status, headers, body: await response.json() };
}
