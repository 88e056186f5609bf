import {
  X_CONNECTION_PARAMETER,
  X_ERROR_PARAMETER,
  type XConnectError,
} from '@quikthread/contract';

/** What became of an authorisation, told to the front end in its return URL's query. */
export type ConnectOutcome = { readonly connection: string } | { readonly error: XConnectError };

/** The return URL with the outcome in its query, and no earlier one. */
export function withOutcome(returnUrl: string, outcome: ConnectOutcome): string {
  const url = new URL(returnUrl);
  url.searchParams.delete(X_CONNECTION_PARAMETER);
  url.searchParams.delete(X_ERROR_PARAMETER);
  if ('connection' in outcome) url.searchParams.set(X_CONNECTION_PARAMETER, outcome.connection);
  else url.searchParams.set(X_ERROR_PARAMETER, outcome.error);
  return url.href;
}
