import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { FirestoreMethods } from '../methods/methods.js';
import type { Channel } from './channel.js';
import { KEEP_ALIVE_MS } from './channel.js';
import { ChannelStreams } from './streams.js';
import { formatChunk, readHeaders, readMessages } from './wire.js';

/** Where a service's stream is reached, such as `/google.firestore.v1.Firestore/Listen/channel`. */
export const CHANNEL_PATH = /^\/google\.firestore\.v1\.Firestore\/([^/]+)\/channel$/;

const PROTOCOL_VERSION = 8;
const SERVER_VERSION = 14;

/** Chunks must reach the client as they are written: nothing may store, sniff or compress them. */
const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache, no-store',
  'x-content-type-options': 'nosniff',
};

/**
 * WebChannel, by which the web SDK has bidirectional streams in browsers: a client posts messages
 * (the first time without a session, which opens one), and waits on a GET for what the server sends.
 */
export function webChannelEndpoint(methods: FirestoreMethods): RequestListener {
  const streams = new ChannelStreams(methods);
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://firestore');
    const session = searchParams.get('SID');
    const channel = streams.get(session ?? '');
    // A request fails only where the client leaves before it has sent all of it.
    const giveUp = (): void => {
      response.destroy();
    };
    if (session === null) {
      const name = CHANNEL_PATH.exec(pathname)?.[1] ?? '';
      open(streams, name, searchParams, request, response).catch(giveUp);
    } else if (channel === undefined) {
      refuse(response, 'Error: Unknown SID');
    } else if (searchParams.get('TYPE') === 'terminate') {
      channel.end();
      response.writeHead(200, HEADERS).end();
    } else if (searchParams.get('RID') === 'rpc') {
      wait(channel, searchParams, response);
    } else {
      post(channel, searchParams, request, response).catch(giveUp);
    }
  };
}

/** The handshake: opens a session with the messages that come with it. */
async function open(
  streams: ChannelStreams,
  name: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = new URLSearchParams(await text(request));
  const headers = new Map([
    ...readHeaders(query.get('$httpHeaders')),
    ...readHeaders(form.get('headers')),
  ]);
  const authorization = headers.get('authorization') ?? request.headers.authorization;
  const opened = streams.open(name, authorization);
  if (opened === undefined) {
    refuse(response, 'Error: no such stream');
    return;
  }
  const { id, channel } = opened;
  const welcome = ['c', id, '', PROTOCOL_VERSION, SERVER_VERSION, KEEP_ALIVE_MS];
  const wantsSessionId = query.has('X-HTTP-Session-Id');
  response.writeHead(200, { ...HEADERS, ...(wantsSessionId && { 'x-http-session-id': id }) });
  response.end(formatChunk([[0, welcome]]));
  channel.receive(readMessages(form));
}

/** The back channel: the response stays until there is something to send, or for good. */
function wait(channel: Channel, query: URLSearchParams, response: ServerResponse): void {
  const timeout = query.get('TO');
  response.writeHead(200, HEADERS).flushHeaders();
  channel.attach(response, {
    isStreaming: query.get('CI') !== '1',
    acknowledged: Number(query.get('AID')),
    timeoutMs: timeout === null ? undefined : Number(timeout),
  });
}

/** The forward channel: the client's messages, answered with how the back channel stands. */
async function post(
  channel: Channel,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = new URLSearchParams(await text(request));
  channel.acknowledge(Number(query.get('AID')));
  channel.receive(readMessages(form));
  response.writeHead(200, HEADERS).end(formatChunk(channel.status));
}

function refuse(response: ServerResponse, message: string): void {
  response.writeHead(400, HEADERS).end(message);
}
