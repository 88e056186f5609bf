import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectionOpener } from '../../functions/src/features/xAccount/openConnection.js';
import type { OpenDependencies } from '../../functions/src/features/xAccount/dependencies.js';
import { loadGrant, readTokens, tokensRef } from '../../functions/src/features/xAccount/store.js';
import type { Tokens } from '../../functions/src/features/xAccount/store.js';
import { createVault } from '../../functions/src/features/xAccount/vault.js';
import { systemClock } from '../../functions/src/platform/clock.js';
import { createXClient } from '../../functions/src/providers/x/client.js';
import { createXOAuth } from '../../functions/src/providers/x/oauth.js';
import type { OpenXConnection, XGrant } from '../../functions/src/providers/x/types.js';
import { closeFirestores, openFirestore } from '../../functions/src/testing/firestore.js';
import { portsAt, readPortOffset, TEST_PORT_OFFSET } from '../../scripts/platform/ports.js';
import { PROJECT_ID, ROOT } from '../../scripts/platform/workspace.js';

// Read here, not from ./platform.js: ten processes load this module, and that one is large.
const ports = portsAt(readPortOffset(process.env['PORT_OFFSET'], TEST_PORT_OFFSET));

type Firestore = OpenDependencies['db'];

const xUrl = `http://${ports.host('x')}`;

export const callbackUrl = `http://${ports.host('functions')}/${PROJECT_ID}/us-central1/xOAuthCallback`;

/** A secret that the functions of the local platform run with. */
export function localSecret(name: string): string {
  const lines = readFileSync(join(ROOT, 'functions/.secret.local'), 'utf8').split('\n');
  const line = lines.find((candidate) => candidate.startsWith(`${name}=`));
  return line?.slice(name.length + 1) ?? assert.fail(`no secret ${name}`);
}

let opened: Firestore | undefined;

/** The platform's Firestore, by the functions' own library, as the functions' code needs it. */
function functionsFirestore(): Firestore {
  process.env['FIRESTORE_EMULATOR_HOST'] = ports.host('firestore');
  return (opened ??= openFirestore(PROJECT_ID));
}

/** Closes what this module opened; for an `after` hook. */
export async function closeGrants(): Promise<void> {
  opened = undefined;
  await closeFirestores();
}

/** What the functions open connections with, made here: the same secrets, Firestore and X. */
export function openDependencies(keys = localSecret('X_TOKEN_KEYS')): OpenDependencies {
  return {
    db: functionsFirestore(),
    clock: systemClock,
    vault: createVault(keys),
    oauth: createXOAuth({
      clientId: 'local-x-client',
      clientSecret: localSecret('X_CLIENT_SECRET'),
      callbackUrl,
      apiBaseUrl: xUrl,
      webBaseUrl: xUrl,
    }),
    createClient: (credentials) => createXClient({ credentials, apiBaseUrl: xUrl }),
    operator: null,
  };
}

/** Opens connections from this process, beside the functions. */
export function openHere(deps = openDependencies()): OpenXConnection {
  return connectionOpener(deps);
}

/** What is stored of a user's connection; null where there is none. */
export async function storedTokens(userId: string): Promise<Tokens | null> {
  return readTokens(await tokensRef(functionsFirestore(), userId).get());
}

/** A user's tokens in plain text. */
export async function plainGrant(userId: string): Promise<XGrant> {
  const tokens = (await storedTokens(userId)) ?? assert.fail('not connected');
  return loadGrant(openDependencies().vault, tokens, { userId, purpose: 'token' });
}

/** Changes what is stored of a user's connection. */
export async function changeTokens(userId: string, change: Partial<Tokens>): Promise<void> {
  await tokensRef(functionsFirestore(), userId).update({ ...change });
}

/** Makes the access token one that is over, by our own clock. */
export function endAccess(userId: string): Promise<void> {
  return changeTokens(userId, { accessExpiresAt: new Date(Date.now() - 1000) });
}

/** The status that X answers to an access token. */
export async function xAnswersTo(accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await fetch(`${xUrl}/2/users/me`, { headers })).status;
}
