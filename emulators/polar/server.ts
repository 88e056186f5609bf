import { z } from 'zod';
import { startStandIn } from '../http/server.js';
import type { StandIn } from '../http/server.js';
import { answerApi } from './api.js';
import type { ApiCall } from './api.js';
import { answerControl } from './control.js';
import { answerPage } from './pages.js';
import { PolarState } from './state.js';
import { Webhooks } from './webhooks.js';
import type { Endpoint } from './webhooks.js';

export interface PolarOptions {
  port: number;
  /** 127.0.0.1 unless told. */
  host?: string;
  /** Where webhooks go; none are sent before it is told, here or by a control route. */
  webhook?: Endpoint;
  /** The waits before each retry of a webhook. */
  retryDelaysMs?: readonly number[];
}

/**
 * A stand-in for Polar: the API (checkouts, customer states, customer sessions, subscriptions), the pages that
 * customers see, and webhooks, signed and retried. Time and histories are in `answerControl`'s hands.
 */
export async function startPolar(options: PolarOptions): Promise<StandIn> {
  const { port, host = '127.0.0.1' } = options;
  const state = new PolarState();
  const webhooks = new Webhooks(options.webhook ?? null, options.retryDelaysMs);
  const emit: ApiCall['emit'] = (events) => {
    for (const event of events) webhooks.send(event);
  };
  const standIn = await startStandIn({
    name: 'Polar',
    port,
    host,
    variationSchema: z.never(),
    handle: (exchange) => {
      const origin = `http://${exchange.request.headers.host ?? `${host}:${port}`}`;
      const call = { state, origin, emit };
      const isApi = exchange.url.pathname.startsWith('/v1/');
      return isApi ? answerApi(call, exchange) : answerPage(call, exchange);
    },
    control: (call) => answerControl(state, webhooks, call),
    reset: () => {
      state.reset();
      webhooks.reset();
    },
  });
  const stop = () => {
    webhooks.reset();
    return standIn.stop();
  };
  return { ...standIn, stop };
}
