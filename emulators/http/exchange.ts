import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { Fault, FaultQueue } from './faults.js';
import type { JournalEntry } from './journal.js';

/** What a stand-in answers. A string goes out as it is, anything else as JSON. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** Thrown through a handler by a fault that replaces its answer. */
export class Preempted extends Error {
  constructor(readonly fault: Fault) {
    super('replaced by a fault');
  }
}

/** One request to a stand-in, and what its handler may do with it. */
export class Exchange<Variation> {
  private readonly abort = new AbortController();
  /** The fault that applies to this exchange, once `takeFault` found one. */
  fault: Fault | undefined;

  constructor(
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    readonly url: URL,
    readonly entry: JournalEntry,
    private readonly faults: FaultQueue,
    private readonly variationSchema: z.ZodType<Variation>,
  ) {
    response.once('finish', () => {
      entry.completed = true;
    });
    response.once('close', () => {
      this.abort.abort(new Error('the caller closed the connection'));
    });
  }

  /** Aborted when the connection ends: work for a caller who has left is wasted. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Adds to this exchange's journal entry. Never note a credential. */
  note(details: Record<string, unknown>): void {
    Object.assign(this.entry.details, details);
  }

  /**
   * To be called once, when the request has been read and found valid, before the work of
   * answering. `subject` is what a fault's `match` may be found in, beside the path. Variations
   * that are not accepted wait for another exchange.
   * Returns the variation of the answer that was asked for, if any.
   */
  async takeFault(
    subject: string,
    accepts: (variation: Variation) => boolean = () => true,
  ): Promise<Variation | undefined> {
    this.fault = this.faults.take([this.url.pathname, subject], (answer) =>
      accepts(this.variationSchema.parse(answer)),
    );
    const { fault } = this;
    if (fault === undefined) return undefined;
    if (fault.delayMs !== undefined) await sleep(fault.delayMs, null, { signal: this.signal });
    if (fault.status ?? fault.hang ?? fault.malformed) throw new Preempted(fault);
    if (fault.cut === 'before') throw new Preempted(fault);
    return fault.answer === undefined ? undefined : this.variationSchema.parse(fault.answer);
  }

  /** Sends the handler's answer, all of it or, under `cut: 'during'`, half of it. */
  send(answer: Answer): void {
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    const bytes = Buffer.from(text);
    this.begin(answer.status, { 'content-length': String(bytes.length), ...answer.headers });
    if (this.fault?.cut !== 'during') {
      this.response.end(bytes);
      return;
    }
    this.response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => {
      this.response.destroy();
    });
  }

  /** Carries out a fault that replaces the answer. */
  sendFault(fault: Fault): void {
    if (fault.cut === 'before') {
      this.response.destroy();
    } else if (fault.status !== undefined) {
      const { status, headers } = fault;
      this.send({ status, body: fault.body ?? {}, ...(headers && { headers }) });
    } else if (fault.malformed) {
      this.send({ status: 200, body: '{"results": {"channels": [' });
    } else if (fault.hang === 'headers') {
      this.begin(200, {});
      this.response.flushHeaders();
    }
  }

  private begin(status: number, headers: Record<string, string>): void {
    this.entry.status = status;
    this.response.writeHead(status, { 'content-type': 'application/json', ...headers });
  }
}
