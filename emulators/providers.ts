import { parseArgs } from 'node:util';
import { startDeepgram } from './deepgram/server.js';
import { startGemini } from './gemini/server.js';
import type { StandIn } from './http/server.js';

/**
 * Starts the providers' stand-ins and keeps them up until SIGINT or SIGTERM:
 * `node providers.js --deepgram-port N --gemini-port N [--host H] [--cache-dir DIR]`.
 * Prints one line a stand-in, with its URL, once it listens.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'deepgram-port': { type: 'string', default: '8701' },
      'gemini-port': { type: 'string', default: '8702' },
      host: { type: 'string', default: '127.0.0.1' },
      'cache-dir': { type: 'string', default: '.cache/transcripts' },
    },
  });
  const { host } = values;
  const running: StandIn[] = [];
  const stopAll = () => Promise.all(running.splice(0).map((standIn) => standIn.stop()));
  const stopOnSignal = () => {
    void stopAll();
  };
  process.once('SIGINT', stopOnSignal);
  process.once('SIGTERM', stopOnSignal);
  try {
    const deepgram = await startDeepgram({
      port: portOf(values['deepgram-port']),
      host,
      cacheDir: values['cache-dir'],
    });
    running.push(deepgram);
    console.log(`Deepgram stand-in: ${deepgram.url}`);
    const gemini = await startGemini({ port: portOf(values['gemini-port']), host });
    running.push(gemini);
    console.log(`Gemini stand-in: ${gemini.url}`);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`"${text}" is not a port`);
  }
  return port;
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
