import type { ServerResponse } from 'node:http';
import type { ForwardMessage, NumberedArray } from './wire.js';
import { formatChunk } from './wire.js';

/** How long nothing is sent before a word is, so that no side takes the connection for dead. */
export const KEEP_ALIVE_MS = 30_000;

/** How long a client may be without a back channel before it is taken to have left. */
const ABSENCE_MS = 60_000;

/**
 * How much a streamed response carries before it ends, in bytes. The client then waits on another one
 * and says what it has: neither side keeps all that was ever sent.
 */
const MAX_STREAMED_BYTES = 1024 * 1024;

/** The response that a client waits on. */
interface BackChannel {
  readonly response: ServerResponse;
  /** Kept open for many chunks; otherwise (long polling) one chunk ends it. */
  readonly isStreaming: boolean;
  lastSent: number;
  bytes: number;
}

export interface BackChannelOptions {
  readonly isStreaming: boolean;
  /** The last array that the client has. */
  readonly acknowledged: number;
  /** How long the client waits for an answer in long polling, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/**
 * The server's end of a WebChannel: an ordered stream each way over HTTP requests that may break.
 * Arrays to the client are kept until it acknowledges them; its messages are taken once, though it
 * may post them again. The protocol is that of Closure's client, goog.labs.net.webChannel, version 8.
 */
export class Channel {
  private unacknowledged: NumberedArray[] = [];
  private lastId = 0;
  private nextMessage = 0;
  private back: BackChannel | undefined;
  private keepAlive: NodeJS.Timeout | undefined;
  private absence: NodeJS.Timeout | undefined;
  private isFlushing = false;
  private hasEnded = false;

  constructor(
    private readonly onMessage: (text: string) => void,
    private readonly onEnd: () => void,
  ) {
    this.awaitClient();
  }

  get isEnded(): boolean {
    return this.hasEnded;
  }

  /** Sends an array: `[message]`, or `['close']` to have the client end the channel. */
  send(content: readonly unknown[]): void {
    if (this.hasEnded) return;
    this.lastId += 1;
    this.unacknowledged.push([this.lastId, content]);
    if (this.isFlushing) return;
    // What is sent together, such as a snapshot, becomes one chunk.
    this.isFlushing = true;
    setImmediate(() => {
      this.isFlushing = false;
      this.flush();
    });
  }

  /** Takes posted messages, each once, in order. */
  receive(messages: readonly ForwardMessage[]): void {
    for (const { id, text } of messages) {
      if (id < this.nextMessage) continue;
      this.nextMessage = id + 1;
      this.onMessage(text);
    }
  }

  /** Whether there is a back channel, the last array's number, and how many bytes wait. */
  get status(): readonly [hasBack: 0 | 1, lastId: number, waitingBytes: number] {
    const waiting = this.waiting();
    return [this.back ? 1 : 0, this.lastId, waiting.length === 0 ? 0 : formatChunk(waiting).length];
  }

  /** Forgets the arrays up to one that the client has. */
  acknowledge(id: number): void {
    this.unacknowledged = this.unacknowledged.filter(([sent]) => sent > id);
  }

  /** Makes a response the way to the client, in the place of the one before. */
  attach(response: ServerResponse, options: BackChannelOptions): void {
    this.acknowledge(options.acknowledged);
    this.back?.response.end();
    clearTimeout(this.absence);
    const { isStreaming, acknowledged } = options;
    const back = { response, isStreaming, lastSent: acknowledged, bytes: 0 };
    this.back = back;
    response.once('close', () => {
      if (this.back === back) this.detach();
    });
    this.stayAlive(isStreaming ? undefined : options.timeoutMs);
    // Bytes at once tell the client that no proxy on the way holds them back.
    if (isStreaming && this.waiting().length === 0) this.send(['noop']);
    this.flush();
  }

  /** Ends the channel: nothing is sent or taken any more. */
  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.back?.response.end();
    this.back = undefined;
    clearTimeout(this.keepAlive);
    clearTimeout(this.absence);
    this.onEnd();
  }

  private flush(): void {
    const { back } = this;
    const arrays = this.waiting();
    if (back === undefined || arrays.length === 0) return;
    back.lastSent = this.lastId;
    const chunk = formatChunk(arrays);
    back.bytes += chunk.length;
    back.response.write(chunk);
    if (back.isStreaming && back.bytes < MAX_STREAMED_BYTES) {
      this.stayAlive();
    } else {
      back.response.end();
      this.detach();
    }
  }

  private waiting(): NumberedArray[] {
    const lastSent = this.back?.lastSent ?? 0;
    return this.unacknowledged.filter(([id]) => id > lastSent);
  }

  private stayAlive(afterMs = KEEP_ALIVE_MS): void {
    clearTimeout(this.keepAlive);
    this.keepAlive = setTimeout(() => {
      this.send(['noop']);
    }, afterMs).unref();
  }

  private detach(): void {
    this.back = undefined;
    clearTimeout(this.keepAlive);
    this.awaitClient();
  }

  private awaitClient(): void {
    clearTimeout(this.absence);
    this.absence = setTimeout(() => {
      this.end();
    }, ABSENCE_MS).unref();
  }
}
