import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Harness } from './harness.js';
import { Observed, PROJECT } from './harness.js';

/** An event as a function gets it. */
export interface ReceivedEvent {
  /** The key of the trigger that it is for. */
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const EVENTS = 'google.cloud.firestore.document.v1';

/** Takes the place of the Functions emulator. */
export class FunctionsServer {
  received = new Observed<ReceivedEvent>();
  /** What the functions answer, in turn; `cut` breaks the connection. 200 when it is empty. */
  answers: (number | 'cut')[] = [];
  /** What `GET /backends` tells of the functions. */
  backends: readonly object[] = [];
  private readonly server = createServer((request, response) => {
    if (request.url === '/backends') {
      response.end(JSON.stringify({ backends: this.backends }));
      return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const answer = this.answers.shift() ?? 200;
      if (answer === 'cut') request.socket.destroy();
      else response.writeHead(answer).end();
      const key = (request.url ?? '').split('/').at(-1) ?? '';
      this.received.push({ key, headers: request.headers, body });
    });
  });

  /** Resolves with `host:port`. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
  }

  /** Forgets what was received, and answers 200 from now on. */
  reset(): void {
    this.received = new Observed();
    this.answers = [];
  }
}

/** Registers a function as the CLI does for the 2nd generation. `type` is such as `created`. */
export async function registerTrigger(
  harness: Harness,
  key: string,
  type: string,
  document: string,
  { database = '(default)', namespace = '(default)' } = {},
): Promise<number> {
  const path = `/emulator/v1/projects/${PROJECT}/eventarcTrigger?eventarcTriggerId=${key}`;
  const { status } = await harness.http('POST', path, {
    eventType: `${EVENTS}.${type}`,
    database,
    namespace,
    document: { value: document, matchType: /[{*]/.test(document) ? 'PATH_PATTERN' : 'EXACT' },
  });
  return status;
}

/** Registers a function as the CLI does for the 1st generation. `type` is such as `create`. */
export async function registerOldTrigger(
  harness: Harness,
  key: string,
  type: string,
  resource: string,
): Promise<number> {
  const path = `/emulator/v1/projects/${PROJECT}/triggers/${key}`;
  const { status } = await harness.http('PUT', path, {
    eventTrigger: {
      eventType: `providers/cloud.firestore/eventTypes/document.${type}`,
      resource: `projects/${PROJECT}/databases/${resource}`,
      service: 'firestore.googleapis.com',
    },
  });
  return status;
}

/** Waits until no event is on its way. */
export async function untilDelivered(harness: Harness): Promise<void> {
  for (;;) {
    const { body } = await harness.http('GET', `/emulator/v1/projects/${PROJECT}/deliveries`);
    if (JSON.stringify(body) === '{"pending":0}') return;
  }
}
