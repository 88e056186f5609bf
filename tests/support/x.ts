import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { X_CONNECTION_PARAMETER, X_ERROR_PARAMETER } from '@quikthread/contract';
import type { XAccount } from '@quikthread/contract';
import { z } from 'zod';
import type { Session } from '../../scripts/platform/session.js';
import { admin, ports } from './platform.js';

/** Where the local platform's front end is: the only origin on its list. */
export const FRONTEND = 'http://localhost:5173';

const standIn = `http://${ports.host('x')}`;

/** A username on X that is this user's alone. */
export function usernameOf({ userId }: Session): string {
  return `u${userId.replace(/\W/g, '_').slice(0, 14)}`;
}

/** Connects an account of the X stand-in, made where there is none, as a browser and a front end would. */
export async function connectXAccount(
  session: Session,
  username = usernameOf(session),
): Promise<XAccount> {
  const { authorizationUrl } = await session.client.connectX();
  const returned = await redirect(await approve(authorizationUrl, username));
  return session.client.confirmX({ connection: connectionOf(returned) });
}

/** What `confirmX` takes, out of the address that the browser came back to. */
export function connectionOf(returned: URL): string {
  const connection = returned.searchParams.get(X_CONNECTION_PARAMETER);
  return connection ?? assert.fail(`no connection came back: ${returned.search}`);
}

/** Why nothing came of it, out of the address that the browser came back to; null where something did. */
export function connectErrorOf(returned: URL): string | null {
  return returned.searchParams.get(X_ERROR_PARAMETER);
}

/** Grants access at X. @returns the callback's address, with code and state, not yet followed */
export function approve(authorizationUrl: string, username: string): Promise<URL> {
  const url = new URL(authorizationUrl);
  url.searchParams.set('approve', username);
  return redirect(url);
}

/** Denies access at X. @returns the callback's address, not yet followed */
export function deny(authorizationUrl: string): Promise<URL> {
  const url = new URL(authorizationUrl);
  url.searchParams.set('deny', '1');
  return redirect(url);
}

/**
 * Where an address redirects to. Waits where the callback is told to come back later: many users' browsers
 * have this machine's address here.
 */
export async function redirect(url: URL): Promise<URL> {
  const answer = await fetch(url, { redirect: 'manual' });
  if (answer.status === 429) {
    await sleep(Number(answer.headers.get('retry-after')) * 1000);
    return redirect(url);
  }
  assert.equal(answer.status, 302, await answer.text());
  return new URL(answer.headers.get('location') ?? assert.fail('no location'));
}

const timelineSchema = z.object({
  tweets: z.array(
    z.object({
      id: z.string(),
      /** As it was posted. */
      text: z.string(),
      createdAt: z.iso.datetime(),
      inReplyTo: z.string().nullable(),
      conversationId: z.string(),
    }),
  ),
});
export type StandInTweet = z.infer<typeof timelineSchema>['tweets'][number];

/** What stands on an account's timeline, oldest first; deleted tweets do not. */
export async function timelineOf(username: string): Promise<readonly StandInTweet[]> {
  const answer = await fetch(`${standIn}/_control/accounts/${username}/tweets`);
  assert.ok(answer.ok, `${username}: ${answer.status}`);
  return timelineSchema.parse(await answer.json()).tweets;
}

/** Moves X's time ahead. */
export async function moveXClock(seconds: number): Promise<void> {
  await control('clock', { advanceSeconds: seconds });
}

/** What can be done to an account of the stand-in, as its control route has it. */
export interface XAccountChange {
  readonly name?: string;
  readonly followers?: number;
  readonly suspended?: boolean;
  readonly spendCap?: boolean;
  readonly creditsDepleted?: boolean;
  /** Its owner takes every app's access away. */
  readonly revokeGrants?: true;
}

export async function changeXAccount(username: string, change: XAccountChange): Promise<void> {
  await control(`accounts/${username}`, change);
}

/** Deletes a tweet, as its author would by hand, or sets its counts. */
export async function changeXTweet(
  tweetId: string,
  change: { readonly deleted: true } | { readonly metrics: Readonly<Record<string, number>> },
): Promise<void> {
  await control(`tweets/${tweetId}`, change);
}

async function control(route: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(`${standIn}/_control/${route}`, request);
  assert.ok(answer.ok, `${route}: ${answer.status} ${await answer.text()}`);
}

/** Goes all the way to the front end. @returns its address, with the outcome */
export async function returnToFrontEnd(session: Session, returnUrl?: string): Promise<URL> {
  const { authorizationUrl } = await session.client.connectX(returnUrl ? { returnUrl } : undefined);
  return redirect(await approve(authorizationUrl, usernameOf(session)));
}

export async function xAccountOf(session: Session) {
  return (await session.client.getProfile()).xAccount;
}

/** Finds a user's document in one of the backend's own collections. */
export async function ownDocument(collection: string, { userId }: Session) {
  const found = await admin().firestore.collection(collection).where('userId', '==', userId).get();
  assert.equal(found.size, 1);
  return found.docs[0] ?? assert.fail();
}
