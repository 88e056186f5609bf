import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { Observed } from '../harness.js';
import { ensureChromium } from './chromium.js';
import type { ConnectOptions, PageEvent } from './page.js';

const PAGE = fileURLToPath(new URL('page.ts', import.meta.url));

/** A page that is connected, in a browser profile of its own. */
export interface BrowserPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What a listener of the page has been told. */
  readonly events: (listener: string) => Observed<PageEvent>;
  /** The requests that it has sent; a form's body is decoded. */
  readonly requests: readonly { readonly url: URL; readonly body: string }[];
  /** Loads the page again, with what its profile has kept. */
  readonly reload: () => Promise<void>;
}

/** A browser in which pages with the web SDK open. */
export interface BrowserHarness {
  open(options: ConnectOptions): Promise<BrowserPage>;
  stop(): Promise<void>;
}

/** Starts Chromium, and a server of the page: its origin is another one than the emulator's. */
export async function startBrowser(): Promise<BrowserHarness> {
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : '<!doctype html><script src="/page.js"></script>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  // Chromium's sandbox does not work for root, as which containers often run.
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: ['--no-sandbox'],
  });
  return {
    open: async (options) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const requests: { url: URL; body: string }[] = [];
      page.on('request', (request) => {
        const body = decodeURIComponent(request.postData() ?? '');
        requests.push({ url: new URL(request.url()), body });
      });
      const listeners = new Map<string, Observed<PageEvent>>();
      const events = (listener: string): Observed<PageEvent> => {
        const observed = listeners.get(listener) ?? new Observed<PageEvent>();
        listeners.set(listener, observed);
        return observed;
      };
      await page.exposeFunction('observe', (listener: string, event: PageEvent) => {
        events(listener).push(event);
      });
      const reload = async (): Promise<void> => {
        await page.goto(url);
        await page.evaluate((given) => {
          globalThis.client.connect(given);
        }, options);
      };
      await reload();
      return { page, context, events, requests, reload };
    },
    stop: async () => {
      await browser.close();
      server.close();
    },
  };
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [PAGE],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
