import type { Caller } from '../access/caller.js';

/** The service's side of a bidirectional stream, whatever carries it. */
export interface ServiceStream<Request> {
  /** Takes one request and sends what answers it; what it throws ends the stream. */
  take(request: Request): Promise<void>;
  /** Stops sending and lets go of what the stream holds. */
  close(): void;
}

/** Opens a stream for a caller; `send` carries its responses. */
export type OpenStream<Request, Response> = (
  caller: Caller,
  send: (response: Response) => void,
) => ServiceStream<Request>;

/** Hands requests to a stream one after another, up to the first that fails. */
export class StreamFeed<Request> {
  private last = Promise.resolve();
  private isClosed = false;

  constructor(
    private readonly stream: ServiceStream<Request>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  push(request: Request): void {
    this.last = this.last.then(async () => {
      if (this.isClosed) return;
      try {
        await this.stream.take(request);
      } catch (error) {
        this.close();
        this.onFailure(error);
      }
    });
  }

  /** Closes the stream once every request is answered. */
  async end(): Promise<void> {
    await this.last;
    this.close();
  }

  /** Closes the stream; requests that it has not begun are dropped. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stream.close();
  }
}
