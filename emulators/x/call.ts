import type { IncomingMessage } from 'node:http';
import { Preempted } from '../http/exchange.js';
import type { Answer } from '../http/exchange.js';
import type { Caller } from './authentication.js';
import type { EndpointName } from './rateLimits.js';
import type { XState } from './state.js';
import type { XVariation } from './variations.js';

/** A call of the API that was let in. */
export interface Call {
  state: XState;
  caller: Caller;
  query: URLSearchParams;
  /** The parsed JSON of the body; undefined without one. */
  body: unknown;
  /** The part of the path that is an id, where it has one. */
  id: string;
  /** How its answer is to differ. */
  variation: XVariation | undefined;
}

/** One endpoint of the API. */
export interface Endpoint {
  name: EndpointName;
  method: NonNullable<IncomingMessage['method']>;
  /** Its first group is the id. */
  path: RegExp;
  /** What a token has to have been granted. */
  scopes: readonly string[];
  run: (call: Call) => Answer;
}

/** Ends the connection where an answer would have been. */
export function loseAnswer(): never {
  throw new Preempted({ times: 1, cut: 'before' });
}
