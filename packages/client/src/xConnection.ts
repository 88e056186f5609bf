import {
  X_CONNECTION_PARAMETER,
  X_ERROR_PARAMETER,
  xConnectErrorSchema,
} from '@quikthread/contract';
import type { XAccount, XConnectError } from '@quikthread/contract';
import type { QuikThreadCalls } from './calls.js';

/** What came of `connectX`: the account, or why there is none. */
export type XConnectionOutcome =
  | { readonly account: XAccount; readonly error: null }
  | { readonly account: null; readonly error: XConnectError };

export interface QuikThreadXConnection {
  /**
   * To be called with the address of the page that X's consent ended on, by the user who called
   * `connectX`: connects the account where consent was given. Works once with an address.
   * @returns null where the address is not one that a connection came back to.
   * @throws QuikThreadError as `confirmX` does.
   */
  completeXConnection(address: string | URL): Promise<XConnectionOutcome | null>;
}

export function createXConnection({
  confirmX,
}: Pick<QuikThreadCalls, 'confirmX'>): QuikThreadXConnection {
  return {
    completeXConnection: async (address) => {
      const { searchParams } = new URL(address);
      const connection = searchParams.get(X_CONNECTION_PARAMETER);
      if (connection !== null) return { account: await confirmX({ connection }), error: null };
      const error = searchParams.get(X_ERROR_PARAMETER);
      if (error === null) return null;
      // A reason that this version of the client does not know is a failure all the same.
      const known = xConnectErrorSchema.safeParse(error);
      return { account: null, error: known.data ?? 'exchange_failed' };
    },
  };
}

/**
 * The address without what `completeXConnection` reads of it: for `history.replaceState`, so that a
 * page that is loaded again, or its history, does not hold a connection that is used up.
 */
export function withoutXConnection(address: string | URL): string {
  const url = new URL(address);
  url.searchParams.delete(X_CONNECTION_PARAMETER);
  url.searchParams.delete(X_ERROR_PARAMETER);
  return url.href;
}
