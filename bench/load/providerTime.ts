import { AsyncLocalStorage } from 'node:async_hooks';

/** How long a piece of work has waited for providers, in milliseconds. */
export interface ProviderTime {
  ms: number;
}

const current = new AsyncLocalStorage<ProviderTime>();

/** Runs `work` and counts what it waits for providers. */
export async function timingProviders<T>(work: () => Promise<T>): Promise<T & ProviderTime> {
  const time: ProviderTime = { ms: 0 };
  return Object.assign({}, await current.run(time, work), time);
}

/** Times every `fetch` to these hosts, from the request to the beginning of the answer. */
export function timeFetches(hosts: readonly string[]): void {
  const { fetch: original } = globalThis;
  globalThis.fetch = async (input, init) => {
    const time = current.getStore();
    const { host } = new URL(input instanceof Request ? input.url : input);
    if (!time || !hosts.includes(host)) return original(input, init);
    const startedAt = performance.now();
    try {
      return await original(input, init);
    } finally {
      time.ms += performance.now() - startedAt;
    }
  };
}
