import { callables } from '@quikthread/contract';
import type {
  CallableContract,
  CallableInput,
  CallableName,
  CallableOutput,
} from '@quikthread/contract';
import { httpsCallable } from 'firebase/functions';
import type { Functions } from 'firebase/functions';
import { toQuikThreadError, unexpectedShape } from './errors.js';
import { patienceOf } from './patience.js';

/** A callable as a method; its input may be left out where the contract allows that. */
type Call<Name extends CallableName> = (
  ...input: undefined extends CallableInput<Name>
    ? [input?: CallableInput<Name>]
    : [input: CallableInput<Name>]
) => Promise<CallableOutput<Name>>;

/**
 * One method a callable, under its own name.
 * @throws QuikThreadError with the codes that the contract lists for it.
 */
export type QuikThreadCalls = { readonly [Name in CallableName]: Call<Name> };

async function call<Name extends CallableName>(
  functions: Functions,
  name: Name,
  input: CallableInput<Name> | undefined,
): Promise<CallableOutput<Name>> {
  const { errors }: CallableContract = callables[name];
  // Where the backend refuses a token that it has seen before, each call takes one of its own.
  const limitedUseAppCheckTokens = errors.includes('app_check_replayed');
  const timeout = patienceOf(name) * 1000;
  const invoke = httpsCallable(functions, name, { limitedUseAppCheckTokens, timeout });
  const answer = await invoke(input ?? null).catch((error: unknown) => {
    throw toQuikThreadError(error);
  });
  const parsed = callables[name].output.safeParse(answer.data);
  if (!parsed.success) throw unexpectedShape(name, parsed.error);
  return parsed.data as CallableOutput<Name>;
}

/** The methods for every callable of the contract. */
export function createCalls(functions: Functions): QuikThreadCalls {
  const bind =
    <Name extends CallableName>(name: Name) =>
    (input?: CallableInput<Name>) =>
      call(functions, name, input);
  return {
    initUser: bind('initUser'),
    getProfile: bind('getProfile'),
    updateSettings: bind('updateSettings'),
    getQuota: bind('getQuota'),
    createJob: bind('createJob'),
    getJob: bind('getJob'),
    listJobs: bind('listJobs'),
    cancelJob: bind('cancelJob'),
    retryJob: bind('retryJob'),
    updateThread: bind('updateThread'),
    previewPost: bind('previewPost'),
    postThread: bind('postThread'),
    schedulePost: bind('schedulePost'),
    cancelScheduledPost: bind('cancelScheduledPost'),
    resumePost: bind('resumePost'),
    deletePost: bind('deletePost'),
    connectX: bind('connectX'),
    confirmX: bind('confirmX'),
    disconnectX: bind('disconnectX'),
    createCheckout: bind('createCheckout'),
    customerPortal: bind('customerPortal'),
    getAnalytics: bind('getAnalytics'),
    exportMyData: bind('exportMyData'),
    getExport: bind('getExport'),
    deleteAccount: bind('deleteAccount'),
  };
}
