import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** What firebase-admin sends to a Cloud Tasks emulator, as far as it is used here. */
const requestSchema = z.object({
  task: z.object({
    name: z.string().optional(),
    scheduleTime: z.string().optional(),
    httpRequest: z.object({ body: z.string() }),
  }),
});

export interface TaskQueue {
  /** `host:port`, for CLOUD_TASKS_EMULATOR_HOST. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * A queue that hands each task over in this process, at its time; the CLI's emulator would hand it to a worker
 * process of its own.
 */
export async function startTaskQueue(
  dispatch: (data: unknown) => Promise<void>,
): Promise<TaskQueue> {
  const known = new Set<string>();
  const waiting = new Set<NodeJS.Timeout>();
  const enqueue = (body: string): number => {
    const { task } = requestSchema.parse(JSON.parse(body));
    const name = task.name ?? '';
    if (known.has(name)) return 409;
    known.add(name);
    const { data } = z
      .object({ data: z.unknown() })
      .parse(JSON.parse(Buffer.from(task.httpRequest.body, 'base64').toString('utf8')));
    const delay = Math.max(0, Date.parse(task.scheduleTime ?? '') - Date.now() || 0);
    const timer = setTimeout(() => {
      waiting.delete(timer);
      void dispatch(data);
    }, delay);
    waiting.add(timer);
    return 200;
  };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const status = enqueue(body);
      const error = status === 409 ? { error: { status: 'ALREADY_EXISTS' } } : {};
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const timer of waiting) clearTimeout(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
