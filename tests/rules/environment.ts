import { readFileSync } from 'node:fs';
import {
  initializeTestEnvironment,
  type RulesTestContext,
  type RulesTestEnvironment,
} from '@firebase/rules-unit-testing';

/** A project of its own, so that nothing here starts the functions of the demo project. */
const PROJECT_ID = 'demo-quikthread-rules';

/** The users of these tests: `owner` owns every seeded document and file. */
export const callers = ['anonymous', 'owner', 'other'] as const;
export type Caller = (typeof callers)[number];

function address(variable: string): { host: string; port: number } {
  const [host, port] = (process.env[variable] ?? '').split(':');
  if (!host || !port) {
    throw new Error(`${variable} is not set: run these tests under "firebase emulators:exec"`);
  }
  return { host, port: Number(port) };
}

export function readRules(fileName: 'firestore.rules' | 'storage.rules'): string {
  return readFileSync(new URL(`../../${fileName}`, import.meta.url), 'utf8');
}

/** Connects to the running emulators and puts the project's rules in force. */
export function startEnvironment(service: 'firestore' | 'storage'): Promise<RulesTestEnvironment> {
  const emulator =
    service === 'firestore'
      ? {
          firestore: { ...address('FIRESTORE_EMULATOR_HOST'), rules: readRules('firestore.rules') },
        }
      : {
          storage: {
            ...address('FIREBASE_STORAGE_EMULATOR_HOST'),
            rules: readRules('storage.rules'),
          },
        };
  return initializeTestEnvironment({ projectId: PROJECT_ID, ...emulator });
}

/** One context a caller: each opens its own connections, so that one a test would cost most of its time. */
export function contextsOf(environment: RulesTestEnvironment): Record<Caller, RulesTestContext> {
  return {
    anonymous: environment.unauthenticatedContext(),
    owner: environment.authenticatedContext('owner'),
    other: environment.authenticatedContext('other'),
  };
}

/** Whether the rules allow what was tried; an error that is not a refusal is thrown on. */
export async function isAllowed(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'permission-denied' || code === 'storage/unauthorized') return false;
    throw error;
  }
}
