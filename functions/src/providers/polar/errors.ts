import type { Retry } from '../../platform/errors.js';

/** Polar did not do what it was asked; the message is for the log and holds no token, address or answer. */
export class PolarRefusal extends Error {
  readonly retry: Retry;

  constructor(message: string, retry: Retry) {
    super(`Polar: ${message}`);
    this.name = 'PolarRefusal';
    this.retry = retry;
  }
}

/** Why a webhook is not taken: its signature, or a body that is no event. */
export class WebhookRefusal extends Error {
  readonly reason: 'signature' | 'body';

  constructor(reason: 'signature' | 'body', message: string) {
    super(message);
    this.name = 'WebhookRefusal';
    this.reason = reason;
  }
}
