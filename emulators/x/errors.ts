/**
 * X's refusals. Bodies follow RFC 7807 with X's own problem types (docs.x.com/x-api/fundamentals/
 * response-codes-and-errors), their details as clients of the API have logged them.
 */
export class XError extends Error {
  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`X refuses with ${status}`);
  }
}

const PROBLEMS = 'https://api.twitter.com/2/problems';

/** Of the developer, whom X names where credits are concerned. */
const ENROLLED_ACCOUNT_ID = 4_603_000_001;

function problem(status: number, title: string, detail: string, type = 'about:blank'): XError {
  return new XError(status, { title, detail, type, status });
}

export const unauthorized = () => problem(401, 'Unauthorized', 'Unauthorized');

export const forbidden = (detail = 'Forbidden') => problem(403, 'Forbidden', detail);

export const tooManyRequests = (headers: Readonly<Record<string, string>>) =>
  new XError(
    429,
    { title: 'Too Many Requests', detail: 'Too Many Requests', type: 'about:blank', status: 429 },
    headers,
  );

export const serviceUnavailable = () => problem(503, 'Service Unavailable', 'Service Unavailable');

export const noSuchEndpoint = () => problem(404, 'Not Found', 'Not Found');

/** Each message names the parameter it is about. */
export function invalidRequest(errors: readonly InvalidParameter[]): XError {
  return new XError(400, {
    errors,
    title: 'Invalid Request',
    detail: 'One or more parameters to your request was invalid.',
    type: `${PROBLEMS}/invalid-request`,
  });
}

export interface InvalidParameter {
  parameters: Readonly<Record<string, readonly string[]>>;
  message: string;
}

export const invalidParameter = (name: string, value: string, message: string) =>
  invalidRequest([{ parameters: { [name]: [value] }, message }]);

export function tooLong(): XError {
  const message =
    'Your Tweet text is too long. For more information on how Twitter determines text length see https://github.com/twitter/twitter-text.';
  const body = { title: 'Invalid Request', detail: message, type: `${PROBLEMS}/invalid-request` };
  return new XError(400, { errors: [{ parameters: {}, message }], ...body });
}

export const duplicateContent = () =>
  forbidden('You are not allowed to create a Tweet with duplicate content.');

export const parentDeleted = () =>
  forbidden('You attempted to reply to a Tweet that is deleted or not visible to you.');

/** For replies by API to an author who has not mentioned the account. */
export const replyNotAllowed = () =>
  forbidden(
    'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.',
  );

export const accountSuspended = () =>
  problem(
    403,
    'Forbidden',
    'The user used for authentication is suspended',
    `${PROBLEMS}/user-suspended`,
  );

/** The developer has set a cap on what a billing cycle may cost; `resetDate` is YYYY-MM-DD. */
export function spendCapReached(resetDate: string): XError {
  return new XError(403, {
    account_id: ENROLLED_ACCOUNT_ID,
    title: 'SpendCapReached',
    detail: `Your enrolled account [${ENROLLED_ACCOUNT_ID}] has reached its billing cycle spend cap. API requests will be blocked until the next cycle begins on ${resetDate}.`,
    reset_date: resetDate,
    type: `${PROBLEMS}/credits`,
  });
}

export function creditsDepleted(): XError {
  return new XError(402, {
    account_id: ENROLLED_ACCOUNT_ID,
    title: 'CreditsDepleted',
    detail: `Your enrolled account [${ENROLLED_ACCOUNT_ID}] does not have any credits to fulfill this request.`,
    type: `${PROBLEMS}/credits`,
  });
}

/** An entry of `errors[]`, beside a 200 or in a 404. */
export function notFound(resource: 'tweet' | 'user', parameter: 'id' | 'ids', id: string) {
  return {
    value: id,
    detail: `Could not find ${resource} with ${parameter}: [${id}].`,
    title: 'Not Found Error',
    resource_type: resource,
    parameter,
    resource_id: id,
    type: `${PROBLEMS}/resource-not-found`,
  };
}

export function notFoundError(resource: 'tweet' | 'user', id: string): XError {
  const entry = notFound(resource, 'id', id);
  const { title, detail, type } = entry;
  return new XError(404, { errors: [entry], title, detail, type });
}

/** An entry of `errors[]` for a field of a tweet that this caller may not read. */
export function fieldNotAuthorized(field: string, id: string) {
  return {
    resource_type: 'tweet',
    field,
    parameter: 'ids',
    resource_id: id,
    title: 'Field Authorization Error',
    section: 'data',
    detail: `Sorry, you are not authorized to access '${field}' on the Tweet with ids : [${id}].`,
    value: id,
    type: `${PROBLEMS}/not-authorized-for-field`,
  };
}

/** The OAuth 2 endpoints' shape (RFC 6749, section 5.2). */
export function oauthError(status: number, error: string, description: string): XError {
  return new XError(status, { error, error_description: description });
}
