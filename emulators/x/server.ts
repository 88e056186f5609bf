import type { Answer, Exchange } from '../http/exchange.js';
import { startStandIn } from '../http/server.js';
import type { StandIn } from '../http/server.js';
import { answerApi, endpointAt } from './api.js';
import { answerAuthorize } from './authorize.js';
import { answerControl } from './control.js';
import { noSuchEndpoint, XError } from './errors.js';
import { pageAt } from './page.js';
import { XState } from './state.js';
import { answerRevoke, answerToken } from './tokens.js';
import { variationSchema } from './variations.js';
import type { XVariation } from './variations.js';

export interface XOptions {
  port: number;
  /** 127.0.0.1 unless told. */
  host?: string;
}

/**
 * A stand-in for X, its web host and its API on one port: consent and tokens (OAuth 2.0 with PKCE),
 * posting, deleting and reading tweets, and pages to look at. `answerControl` has the control routes
 * that are its own, `variationSchema` what a fault's `answer` may be.
 */
export function startX(options: XOptions): Promise<StandIn> {
  const state = new XState();
  return startStandIn({
    name: 'X',
    port: options.port,
    host: options.host,
    variationSchema,
    handle: (exchange) => answer(state, exchange),
    control: (call) => answerControl(state, call),
    reset: () => {
      state.reset();
    },
  });
}

async function answer(state: XState, exchange: Exchange<XVariation>): Promise<Answer> {
  try {
    return await route(state, exchange);
  } catch (error) {
    if (!(error instanceof XError)) throw error;
    exchange.request.resume();
    return { status: error.status, headers: { ...error.headers }, body: error.body };
  }
}

async function route(state: XState, exchange: Exchange<XVariation>): Promise<Answer> {
  const { request, url } = exchange;
  switch (`${request.method ?? ''} ${url.pathname}`) {
    case 'GET /i/oauth2/authorize':
      return answerAuthorize(state, url);
    case 'POST /2/oauth2/token':
      return answerToken(state.grants, exchange);
    case 'POST /2/oauth2/revoke':
      return answerRevoke(state.grants, exchange);
    default:
  }
  const endpoint = endpointAt(request.method, url.pathname);
  if (endpoint) return answerApi(state, exchange, endpoint);
  const page = request.method === 'GET' ? pageAt(state, url.pathname) : undefined;
  if (page) return page;
  throw noSuchEndpoint();
}
