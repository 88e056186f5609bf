import type { Answer } from '../http/exchange.js';

/** What Polar answers to a token that it does not know (RFC 6750). */
export const unauthorized: Answer = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer realm="polar"' },
  body: {
    error: 'invalid_token',
    error_description:
      'The access token provided is expired, revoked, malformed, or invalid for other reasons.',
  },
};

/** Polar's own errors: a name and a sentence. */
export function polarError(status: number, error: string, detail: string): Answer {
  return { status, body: { error, detail } };
}

export const notFound = polarError(404, 'ResourceNotFound', 'Not found');

/** One field that a request got wrong, as Polar's validation reports it. */
export function invalidField(field: string, msg: string, input: unknown): Answer {
  const detail = [{ type: 'value_error', loc: ['body', field], msg, input }];
  return { status: 422, body: { error: 'PolarRequestValidationError', detail } };
}
