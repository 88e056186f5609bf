import { JobError } from '../../platform/errors.js';

export function notConnected(): JobError {
  return new JobError(
    'x_not_connected',
    'No X account is connected: connect one in the settings first.',
    'never',
  );
}

export function reconnectRequired(): JobError {
  return new JobError(
    'x_reconnect_required',
    'X no longer accepts the connection to your account: connect it again.',
    'never',
  );
}

/** Whether X refused the token itself. */
export function isReconnectRequired(error: unknown): boolean {
  return error instanceof JobError && error.code === 'x_reconnect_required';
}
