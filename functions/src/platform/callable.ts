import { callables } from '@quikthread/contract';
import type {
  CallableInput,
  CallableName,
  CallableOutput,
  ErrorDetails,
} from '@quikthread/contract';
import { HttpsError, onCall } from 'firebase-functions/https';
import type { CallableFunction, CallableOptions, CallableRequest } from 'firebase-functions/https';
import type { z } from 'zod';
import { config } from './config.js';
import { CallError, describeError } from './errors.js';
import { recordError } from './errorLogs.js';
import { firestore } from './firebase.js';
import { randomId } from './ids.js';
import { log, withCorrelation } from './log.js';

/** Who calls: a signed-in user. */
export interface Caller {
  readonly userId: string;
  /** Null for accounts without an address. */
  readonly email: string | null;
  /** Whether they have shown that the address is theirs, as their token says. */
  readonly emailVerified: boolean;
  /** When they signed in last, by their token: an invalid date where it does not say. */
  readonly signedInAt: Date;
}

/** A callable's input as the handler sees it, defaults filled in. */
export type ParsedInput<Name extends CallableName> = z.output<(typeof callables)[Name]['input']>;

/**
 * A callable function that keeps its contract: the caller is signed in, the input is valid (each
 * bad field is named), the output is validated and stripped of unknown fields, and anything
 * unexpected is answered as `internal` with an id that the log has too. One log line a call.
 */
export function callable<Name extends CallableName>(
  name: Name,
  options: CallableOptions<CallableInput<Name>>,
  handler: (input: ParsedInput<Name>, caller: Caller) => Promise<CallableOutput<Name>>,
): CallableFunction<CallableInput<Name>, Promise<CallableOutput<Name>>> {
  return onCall<CallableInput<Name>, Promise<CallableOutput<Name>>>(options, async (request) => {
    const startedAt = performance.now();
    const userId = request.auth?.uid ?? null;
    return withCorrelation(randomId(), async () => {
      const done = (outcome: string) => {
        const durationMs = Math.round(performance.now() - startedAt);
        log('INFO', 'call', { callable: name, userId, outcome, durationMs });
      };
      try {
        const output = await answer(name, handler, request);
        done('ok');
        return output;
      } catch (error) {
        const refused = error instanceof CallError ? error : await unexpected(name, userId, error);
        done(refused.details.code);
        throw new HttpsError(refused.status, refused.message, refused.details);
      }
    });
  });
}

async function answer<Name extends CallableName>(
  name: Name,
  handler: (input: ParsedInput<Name>, caller: Caller) => Promise<CallableOutput<Name>>,
  request: CallableRequest<CallableInput<Name>>,
): Promise<CallableOutput<Name>> {
  const caller = callerOf(request);
  const { input, output } = callables[name];
  const parsed = input.safeParse(request.data);
  if (!parsed.success) throw invalidInput(parsed.error);
  await takeTurn(name, caller);
  const result = await handler(parsed.data as ParsedInput<Name>, caller);
  return output.parse(result) as CallableOutput<Name>;
}

/**
 * Counts the call among the user's; after its input was found valid, so that a refusal of that costs nothing.
 * @throws CallError `rate_limited`
 */
async function takeTurn(name: CallableName, { userId }: Caller): Promise<void> {
  const { takePlaces, rateLimited } = await import('./rateLimits.js');
  const windows =
    name === 'createJob' ? (['calls', 'jobCreations'] as const) : (['calls'] as const);
  const db = await firestore();
  const refused = await db.runTransaction((transaction) =>
    takePlaces(transaction, db, userId, windows, new Date()),
  );
  if (refused) throw rateLimited(refused.retryAfterSeconds);
}

function callerOf(request: CallableRequest<unknown>): Caller {
  if (!request.auth) {
    throw new CallError({ code: 'unauthenticated' }, 'Sign in first: this call needs a user.');
  }
  if (config().enforceAppCheck && !request.app) {
    throw new CallError({ code: 'app_check_required' }, 'This call needs an App Check token.');
  }
  // Set where the function's options have the token consumed: the SDK leaves the refusal to us.
  if (config().enforceAppCheck && request.app?.alreadyConsumed) {
    throw new CallError(
      { code: 'app_check_replayed' },
      'This App Check token was used before: get a limited-use token for each call.',
    );
  }
  const { uid: userId, token } = request.auth;
  return {
    userId,
    email: token.email ?? null,
    emailVerified: token.email_verified === true,
    signedInAt: new Date(token.auth_time * 1000),
  };
}

/** The refusal of an input that its contract does not allow; names each field and what it should be. */
export function invalidInput(error: z.ZodError): CallError {
  const fields = error.issues.flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') {
      return [{ field: path === '' ? 'input' : path, problem: issue.message }];
    }
    return issue.keys.map((key) => ({
      field: path === '' ? key : `${path}.${key}`,
      problem: 'is not a field of this call',
    }));
  });
  return invalidFields(fields);
}

/** The refusal of named fields. */
export function invalidFields(fields: readonly { field: string; problem: string }[]): CallError {
  const details: ErrorDetails = { code: 'invalid_input', fields: [...fields] };
  const message = fields.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
  return new CallError(details, message);
}

async function unexpected(
  callableName: string,
  userId: string | null,
  error: unknown,
): Promise<CallError> {
  const errorId = randomId();
  const { message, stack } = describeError(error);
  log('ERROR', 'call failed', { callable: callableName, userId, errorId, cause: message, stack });
  await recordError({ errorId, error, context: { service: callableName, userId } });
  return new CallError(
    { code: 'internal', errorId },
    `Something went wrong on our side. It is logged as ${errorId}.`,
  );
}
