import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { Answer, Exchange } from '../http/exchange.js';
import { startStandIn } from '../http/server.js';
import type { StandIn } from '../http/server.js';
import {
  CHARACTERS_PER_TOKEN,
  errorBody,
  requestSchema,
  responseBody,
  turnsOf,
} from './protocol.js';
import type { GenerateContentRequest, Turn } from './protocol.js';
import { boundsOf, DEFAULT_SCHEMA, fillSchema } from './responseSchema.js';
import { transcriptIn } from './sentences.js';
import { writeThreads } from './threads.js';
import { variationSchema, varyText, varyThreads } from './variations.js';
import type { GeminiVariation } from './variations.js';

export interface GeminiOptions {
  port: number;
  /** 127.0.0.1 unless told. */
  host?: string;
}

/**
 * A stand-in for Gemini's `POST /v1beta/models/{model}:generateContent`. It writes threads out of
 * the transcript in the first user turn (between the lines `<transcript>` and `</transcript>`), in
 * the shape of `generationConfig.responseSchema`, cut at `maxOutputTokens`. It follows no
 * instructions, so those in a transcript have no effect, and a repair request gets a good answer.
 */
export function startGemini(options: GeminiOptions): Promise<StandIn> {
  return startStandIn({
    name: 'Gemini',
    port: options.port,
    host: options.host,
    variationSchema,
    handle: answerGenerate,
  });
}

async function answerGenerate(exchange: Exchange<GeminiVariation>): Promise<Answer> {
  const { request, url } = exchange;
  const body: unknown = await json(request).catch(() => undefined);
  const refusal = refuse(exchange);
  if (refusal) return refusal;
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const message = `Invalid JSON payload received. ${z.prettifyError(parsed.error)}`;
    return { status: 400, body: errorBody(400, 'INVALID_ARGUMENT', message) };
  }
  const turns = turnsOf(parsed.data);
  const model = PATH.exec(url.pathname)?.[1] ?? '';
  exchange.note({ model, turns, generationConfig: parsed.data.generationConfig });
  const variation = await exchange.takeFault(turns.map(({ text }) => text).join('\n'));
  return { status: 200, body: await generate(model, parsed.data, turns, variation) };
}

const PATH = /^\/v1(?:beta)?\/models\/([^/:]+):generateContent$/;

function refuse({ request, url }: Exchange<GeminiVariation>): Answer | undefined {
  const model = PATH.exec(url.pathname)?.[1];
  if (request.method !== 'POST' || model === undefined) {
    return { status: 404, body: errorBody(404, 'NOT_FOUND', 'Requested entity was not found.') };
  }
  if (!request.headers['x-goog-api-key'] && !url.searchParams.get('key')) {
    const message = 'API key not valid. Please pass a valid API key.';
    const detail = {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: 'generativelanguage.googleapis.com' },
    };
    return { status: 400, body: errorBody(400, 'INVALID_ARGUMENT', message, [detail]) };
  }
  if (!model.startsWith('gemini-')) {
    const message = `models/${model} is not found for API version v1beta, or is not supported for generateContent.`;
    return { status: 404, body: errorBody(404, 'NOT_FOUND', message) };
  }
  return undefined;
}

async function generate(
  model: string,
  { generationConfig }: GenerateContentRequest,
  turns: readonly Turn[],
  variation: GeminiVariation | undefined,
) {
  switch (variation) {
    case 'safetyStop':
      return responseBody(model, turns, undefined, 'SAFETY');
    case 'promptBlocked':
      return { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, modelVersion: model };
    case 'empty':
      return responseBody(model, turns, '', 'STOP');
    default:
  }
  const schema = generationConfig.responseSchema ?? DEFAULT_SCHEMA;
  const userTexts = turns.filter(({ role }) => role === 'user').map(({ text }) => text);
  const written = await writeThreads(transcriptIn(userTexts), boundsOf(schema));
  const value = fillSchema(schema, varyThreads(variation, written));
  const text = varyText(variation, JSON.stringify(value));
  const limit =
    variation === 'maxTokens'
      ? Math.floor(text.length / 2)
      : (generationConfig.maxOutputTokens ?? Infinity) * CHARACTERS_PER_TOKEN;
  return text.length > limit
    ? responseBody(model, turns, text.slice(0, limit), 'MAX_TOKENS')
    : responseBody(model, turns, text, 'STOP');
}
