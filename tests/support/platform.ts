import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tier } from '@quikthread/contract';
import * as operator from '../../scripts/platform/operator.js';
import { portsAt, readPortOffset, TEST_PORT_OFFSET } from '../../scripts/platform/ports.js';
import { openSession } from '../../scripts/platform/session.js';
import type { Session } from '../../scripts/platform/session.js';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';

/** The platform that these tests run on: the one whose `PORT_OFFSET` is in the environment. */
export const ports = portsAt(readPortOffset(process.env['PORT_OFFSET'], TEST_PORT_OFFSET));

const sessions = new Set<Session>();

/** A new user, signed in with a Firebase app of their own, without a profile yet. */
export async function signUp(): Promise<Session> {
  const session = await openSession(ports);
  sessions.add(session);
  return session;
}

/** A new user with a profile, on a plan. */
export async function signUpOn(tier: Tier): Promise<Session> {
  const session = await signUp();
  await session.client.initUser();
  await setPlan(session.userId, tier);
  return session;
}

/** Puts a user who has a profile on a plan, as the operator would. */
export function setPlan(userId: string, tier: Tier): Promise<void> {
  return operator.setPlan(ports, userId, tier);
}

/** Firestore and Storage with an administrator's rights. */
export function admin() {
  return { firestore: operator.adminFirestore(ports), bucket: operator.adminBucket(ports) };
}

/** Closes every connection that this module opened; for an `after` hook, so that mocha can end. */
export async function closeAll(): Promise<void> {
  await Promise.all([...sessions].map((session) => session.close()));
  sessions.clear();
  await operator.closeAdmin();
}

/** Forgets every document, account and file of the platform, and the stand-ins' faults and journals. */
export async function clearAll(): Promise<void> {
  const answers = await Promise.all([
    fetch(
      `http://${ports.host('firestore')}/emulator/v1/projects/${PROJECT_ID}/databases/(default)/documents`,
      { method: 'DELETE' },
    ),
    fetch(`http://${ports.host('auth')}/emulator/v1/projects/${PROJECT_ID}/accounts`, {
      method: 'DELETE',
    }),
    fetch(`http://${ports.host('storage')}/internal/reset`, { method: 'POST' }),
    fetch(`http://${ports.host('deepgram')}/_control`, { method: 'DELETE' }),
    fetch(`http://${ports.host('gemini')}/_control`, { method: 'DELETE' }),
    fetch(`http://${ports.host('x')}/_control`, { method: 'DELETE' }),
    fetch(`http://${ports.host('polar')}/_control`, { method: 'DELETE' }),
  ]);
  for (const { ok, status, url } of answers) assert.ok(ok, `${url} answered ${status}`);
}

/**
 * Runs a check until it no longer throws, and answers what it returned.
 * @throws what the last try threw, once `seconds` have passed.
 */
export async function eventually<T>(check: () => T | Promise<T>, seconds = 20): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}
