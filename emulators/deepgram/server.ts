import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { Answer, Exchange } from '../http/exchange.js';
import { startStandIn } from '../http/server.js';
import type { StandIn } from '../http/server.js';
import { featuresOf, listenResponse } from './answer.js';
import { UndecodableMedia } from './audio.js';
import { fetchTo, RemoteContentError, store } from './media.js';
import { ensureRecogniser } from './recogniser.js';
import type { Recogniser } from './types.js';
import { transcribe } from './transcribe.js';
import type { RawTranscript } from './transcribe.js';
import { givenTranscript, variationSchema } from './variations.js';
import type { DeepgramVariation } from './variations.js';

const DEFAULT_MODEL = 'base-general';
const MODEL =
  /^(nova|enhanced|base|whisper|general|meeting|phonecall|finance|conversationalai|voicemail|video)\b/;

export interface DeepgramOptions {
  port: number;
  /** 127.0.0.1 unless told. */
  host?: string;
  /** Where recognitions are kept; `.cache/transcripts` of this project unless told. */
  cacheDir?: string;
}

/** Deepgram's error shape (@deepgram/sdk: ErrorResponseLegacyError). */
class ListenError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A stand-in for Deepgram's `POST /v1/listen` (pre-recorded audio, by URL and by bytes) that really
 * transcribes, with the recogniser of this machine. A recogniser is looked for, and where possible
 * installed, when the first recording comes. A fault's `answer` is `{transcript}` or `{words}`: that
 * is answered, whatever the recording says, and no recogniser is needed.
 */
export function startDeepgram(options: DeepgramOptions): Promise<StandIn> {
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  let recogniser: Promise<Recogniser> | undefined;
  const loadRecogniser = () => {
    recogniser ??= ensureRecogniser().catch((error: unknown) => {
      recogniser = undefined;
      throw error;
    });
    return recogniser;
  };
  return startStandIn({
    name: 'Deepgram',
    port: options.port,
    host: options.host,
    variationSchema,
    handle: (exchange) => answerListen(exchange, cacheDir, loadRecogniser),
  });
}

/** The same from the sources and from the build, and wherever the process works. */
function defaultCacheDir(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'firebase.json'))) {
    if (folder === dirname(folder)) return join(tmpdir(), 'transcripts');
    folder = dirname(folder);
  }
  return join(folder, '.cache', 'transcripts');
}

async function answerListen(
  exchange: Exchange<DeepgramVariation>,
  cacheDir: string,
  loadRecogniser: () => Promise<Recogniser>,
): Promise<Answer> {
  const requestId = randomUUID();
  const workDir = await mkdtemp(join(tmpdir(), 'deepgram-'));
  try {
    const model = checkRequest(exchange);
    const file = join(workDir, 'media');
    const { sha256, subject } = await readMedia(exchange, file);
    const variation = await exchange.takeFault(subject);
    const transcript: RawTranscript = variation
      ? givenTranscript(variation)
      : await transcribe(file, {
          recogniser: await loadRecogniser(),
          language: languageOf(exchange.url.searchParams),
          cacheDir,
          workDir,
          signal: exchange.signal,
        });
    const features = featuresOf(exchange.url.searchParams);
    return {
      status: 200,
      body: listenResponse(transcript, features, { requestId, sha256, model }),
    };
  } catch (error) {
    const { status, code, message } = listenErrorOf(error);
    exchange.request.resume();
    return { status, body: { err_code: code, err_msg: message, request_id: requestId } };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** Returns the model. */
function checkRequest({ request, url }: Exchange<DeepgramVariation>): string {
  if (request.method !== 'POST' || url.pathname !== '/v1/listen') {
    throw new ListenError(404, 'NOT_FOUND', 'Not Found');
  }
  if (!/^Token \S+$/i.test(request.headers.authorization ?? '')) {
    throw new ListenError(401, 'INVALID_AUTH', 'Invalid credentials.');
  }
  const model = url.searchParams.get('model') ?? DEFAULT_MODEL;
  if (!MODEL.test(model)) {
    const message = 'Bad Request: No such model/language/tier combination found.';
    throw new ListenError(400, 'Bad Request', message);
  }
  return model;
}

const remoteMediaSchema = z.object({ url: z.string() });

/**
 * Stores the media of either kind of request and notes its bytes and sha256 in the journal.
 * `subject` is what a fault's match is looked for in: the media URL, or the query string.
 */
async function readMedia(exchange: Exchange<DeepgramVariation>, file: string) {
  const { request, signal, url } = exchange;
  if (!request.headers['content-type']?.startsWith('application/json')) {
    const media = await store(request, file, signal);
    exchange.note({ ...media });
    return { sha256: media.sha256, subject: url.search };
  }
  const body = remoteMediaSchema.safeParse(await json(request).catch(() => undefined));
  if (!body.success) {
    throw new ListenError(400, 'Bad Request', 'Bad Request: the body has no "url".');
  }
  // Only up to the query, which may hold a signature or a download token.
  exchange.note({ mediaUrl: body.data.url.replace(/\?.*$/s, '') });
  const media = await fetchTo(body.data.url, file, signal);
  exchange.note({ ...media });
  return { sha256: media.sha256, subject: body.data.url };
}

function languageOf(query: URLSearchParams): string {
  if (featuresOf(query).detectLanguage) return 'auto';
  return query.get('language') ?? 'en';
}

/** Rethrows what is not an answer of Deepgram's. */
function listenErrorOf(error: unknown): ListenError {
  if (error instanceof ListenError) return error;
  if (error instanceof RemoteContentError) {
    return new ListenError(400, 'REMOTE_CONTENT_ERROR', error.message);
  }
  if (error instanceof UndecodableMedia) {
    const message = 'Bad Request: failed to process audio: corrupt or unsupported data';
    return new ListenError(400, 'Bad Request', message);
  }
  throw error;
}
