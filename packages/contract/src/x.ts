import { z } from 'zod';

/** Whether posting works: after a grant was revoked or has expired, the user has to connect again. */
export const xAccountStatusSchema = z.enum(['connected', 'reconnect_required']);

/** The connected X account as its owner sees it. `connectedAt` is ISO 8601 in UTC. */
export const xAccountSchema = z.object({
  /** Without the "@". */
  username: z.string(),
  name: z.string(),
  connectedAt: z.iso.datetime(),
  status: xAccountStatusSchema,
});
export type XAccount = z.infer<typeof xAccountSchema>;

/**
 * How `xOAuthCallback` sends the browser back to the front end: the return URL with one of these in its
 * query. `xConnection` is for `confirmX`, called by the user who began; `xError` says why nothing came of it.
 */
export const X_CONNECTION_PARAMETER = 'xConnection';
export const X_ERROR_PARAMETER = 'xError';

/** Why no account could be connected. */
export const xConnectErrorSchema = z.enum(['denied', 'state_invalid', 'exchange_failed']);
export type XConnectError = z.infer<typeof xConnectErrorSchema>;
