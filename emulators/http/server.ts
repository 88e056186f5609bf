import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { Exchange, Preempted } from './exchange.js';
import type { Answer } from './exchange.js';
import { FaultQueue, faultSchema } from './faults.js';
import { Journal } from './journal.js';

/** What makes one provider's stand-in out of this server. */
export interface StandInOptions<Variation> {
  /** Stands in error messages and in `GET /`. */
  name: string;
  port: number;
  /** 127.0.0.1 unless told: stand-ins have no real authentication. */
  host?: string | undefined;
  /** What a fault's `answer` may be. */
  variationSchema: z.ZodType<Variation>;
  /** Answers one request. What it throws becomes a 500. */
  handle: (exchange: Exchange<Variation>) => Promise<Answer>;
  /**
   * Answers what the stand-in has of its own under `/_control/`; undefined for what it has not.
   * A ZodError that it throws becomes a 400.
   */
  control?: (call: ControlCall) => Answer | undefined;
  /** Forgets the stand-in's own state. */
  reset?: () => void;
}

/** A call under `/_control/`. */
export interface ControlCall {
  method: string;
  /** What follows `/_control`. */
  path: string;
  /** The parsed JSON, or undefined. */
  body: unknown;
}

/** A running stand-in. */
export interface StandIn {
  /** Without a slash at the end. */
  url: string;
  port: number;
  /** Closes the port and every open connection. */
  stop: () => Promise<void>;
}

/**
 * Starts a provider stand-in: its own protocol, and beside it
 *
 * - `GET /`: `{name, status: 'ok'}`;
 * - `GET /_control/requests`: `{requests: JournalEntry[]}`;
 * - `POST /_control/faults`: queues one fault or an array of them, answers `{queued}`;
 * - `DELETE /_control`: forgets faults, journal and the stand-in's own state;
 * - what the stand-in's own `control` answers.
 *
 * Port 0 takes a free one. A port in use is an error that names it.
 */
export async function startStandIn<Variation>(
  options: StandInOptions<Variation>,
): Promise<StandIn> {
  const host = options.host ?? '127.0.0.1';
  const journal = new Journal();
  const faults = new FaultQueue();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${host}`);
    answerRequest(options, journal, faults, url, request, response).catch(() => {
      // The caller left while its request was read or answered.
      response.destroy();
    });
  });
  await listen(server, options.name, options.port, host);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return { url: `http://${host}:${port}`, port, stop: () => stop(server) };
}

async function answerRequest<Variation>(
  options: StandInOptions<Variation>,
  journal: Journal,
  faults: FaultQueue,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (url.pathname === '/' || url.pathname.startsWith('/_control')) {
    const answer = await control(options, journal, faults, url, request);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(answer.status === 204 ? undefined : JSON.stringify(answer.body));
    return;
  }
  const entry = journal.begin(request.method ?? 'GET', url);
  const { variationSchema } = options;
  const exchange = new Exchange(request, response, url, entry, faults, variationSchema);
  try {
    exchange.send(await options.handle(exchange));
  } catch (error) {
    if (error instanceof Preempted) exchange.sendFault(error.fault);
    else if (!exchange.signal.aborted) {
      console.error(`${options.name} stand-in:`, error);
      exchange.send({ status: 500, body: { error: String(error) } });
    }
  }
}

async function control<Variation>(
  options: StandInOptions<Variation>,
  journal: Journal,
  faults: FaultQueue,
  url: URL,
  request: IncomingMessage,
): Promise<Answer> {
  switch (`${request.method ?? ''} ${url.pathname}`) {
    case 'GET /':
      return { status: 200, body: { name: options.name, status: 'ok' } };
    case 'GET /_control/requests':
      return { status: 200, body: { requests: journal.list() } };
    case 'DELETE /_control':
      journal.clear();
      faults.clear();
      options.reset?.();
      return { status: 204, body: null };
    case 'POST /_control/faults':
      return queueFaults(options.variationSchema, faults, await text(request));
    default:
      return ownControl(options, url, request.method ?? '', await text(request));
  }
}

function ownControl<Variation>(
  options: StandInOptions<Variation>,
  url: URL,
  method: string,
  content: string,
): Answer {
  const path = url.pathname.slice('/_control'.length);
  const body = content === '' ? undefined : parseJson(content);
  if (body === NOT_JSON) return { status: 400, body: { error: 'the body is not JSON' } };
  try {
    const answer = options.control?.({ method, path, body });
    return answer ?? { status: 404, body: { error: `no ${method} ${url.pathname}` } };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { status: 400, body: { error: z.prettifyError(error) } };
  }
}

const NOT_JSON = Symbol('not JSON');

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return NOT_JSON;
  }
}

function queueFaults(variationSchema: z.ZodType, faults: FaultQueue, body: string): Answer {
  const schema = faultSchema.safeExtend({ answer: variationSchema.optional() });
  const json = parseJson(body);
  if (json === NOT_JSON) return { status: 400, body: { error: 'the body is not JSON' } };
  const parsed = z.array(schema).safeParse(Array.isArray(json) ? json : [json]);
  if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } };
  faults.add(parsed.data);
  return { status: 201, body: { queued: faults.size } };
}

function listen(server: Server, name: string, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = `port ${port} on ${host} is in use; the ${name} stand-in wants it`;
      reject(error.code === 'EADDRINUSE' ? new Error(inUse, { cause: error }) : error);
    });
    server.listen(port, host, resolve);
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error) reject(error);
      else resolve();
    });
    server.closeAllConnections();
  });
}
