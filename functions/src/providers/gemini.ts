import type { ResponseSchema } from '@google/generative-ai';
import { z } from 'zod';
import { JobError } from '../platform/errors.js';
import type { Retry } from '../platform/errors.js';
import { callWithDeadline, errorCodeOnly } from './http.js';
import type { TextModel, TextModelRequest } from './types.js';

export interface GeminiOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  /** Null for models that take none. */
  readonly temperature: number | null;
  /** Default 70,000: two requests fit in a step of 150 s. */
  readonly timeoutMilliseconds?: number;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 70_000;

/** The part of an answer that we read (ai.google.dev/api/generate-content, GenerateContentResponse). */
const responseSchema = z.object({
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
  candidates: z
    .array(
      z.object({
        finishReason: z.string().optional(),
        content: z
          .object({
            parts: z
              .array(z.object({ text: z.string().optional(), thought: z.boolean().optional() }))
              .optional(),
          })
          .optional(),
      }),
    )
    .optional(),
});

/** Reasons to stop that lie in the content, so that asking again would stop again. */
const blockingReasons: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
]);

/**
 * Text by Google's Gemini API (ai.google.dev/api/generate-content). Never retries by itself, since the
 * engine does; throws the signal's reason when the signal aborts, and JobErrors otherwise, none of which
 * holds the key, the prompt or the answer.
 */
export function createTextModel(options: GeminiOptions): TextModel {
  const timeout = options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS;
  return {
    async generate(request, signal) {
      const sdk = await import('@google/generative-ai');
      const model = new sdk.GoogleGenerativeAI(options.apiKey).getGenerativeModel(
        { model: options.model, systemInstruction: request.system },
        { baseUrl: options.baseUrl },
      );
      try {
        const { response } = await callWithDeadline('gemini', signal, timeout, (deadline) =>
          model.generateContent(toRequest(request, options.temperature), { signal: deadline }),
        );
        return wholeText(response);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof JobError) throw error;
        if (error instanceof sdk.GoogleGenerativeAIFetchError && error.status !== undefined) {
          throw refusal(error.status, error.errorDetails);
        }
        if (error instanceof SyntaxError) throw invalid('the body is not JSON');
        throw unavailable('later', 'no whole answer: the network, or our time-out');
      }
    },
  };
}

function toRequest(request: TextModelRequest, temperature: number | null) {
  const generationConfig = {
    responseMimeType: 'application/json',
    responseSchema: request.responseSchema as ResponseSchema & TextModelRequest['responseSchema'],
    maxOutputTokens: request.maxOutputTokens,
    ...(temperature === null ? {} : { temperature }),
  };
  return {
    contents: request.turns.map(({ role, text }) => ({ role, parts: [{ text }] })),
    generationConfig,
  };
}

/**
 * The SDK's own `text()` gives a cut answer as if it were whole, an empty one for some blocks, and mixes
 * thoughts in; so the parts are joined here.
 */
function wholeText(response: unknown): string {
  const parsed = responseSchema.safeParse(response);
  if (!parsed.success) throw invalid('the answer has another shape than documented');
  const { promptFeedback, candidates } = parsed.data;
  if (promptFeedback?.blockReason) throw blocked(promptFeedback.blockReason);
  const candidate = candidates?.[0];
  const reason = candidate?.finishReason;
  if (reason !== undefined && blockingReasons.has(reason)) throw blocked(reason);
  if (reason === 'MAX_TOKENS') throw truncated();
  if (reason !== 'STOP') throw invalid(`finishReason ${errorCodeOnly(reason)}`);
  const parts = candidate?.content?.parts ?? [];
  const text = parts.flatMap((part) => (part.thought ? [] : [part.text ?? ''])).join('');
  if (text.trim() === '') throw invalid('an empty answer');
  return text;
}

const detailsSchema = z.array(
  z.object({
    '@type': z.string().optional(),
    reason: z.string().optional(),
    retryDelay: z.string().optional(),
  }),
);

/** What an answer other than 2xx means (ai.google.dev/gemini-api/docs/troubleshooting). */
function refusal(status: number, errorDetails: unknown): JobError {
  const details = detailsSchema.safeParse(errorDetails).data ?? [];
  const reason = errorCodeOnly(details.find((detail) => detail.reason)?.reason);
  const cause = `status ${status}, ${reason}`;
  if (status === 429) {
    const delay = details.find((detail) => detail['@type']?.endsWith('google.rpc.RetryInfo'));
    const afterSeconds = durationSeconds(delay?.retryDelay);
    return unavailable(afterSeconds === null ? 'later' : { afterSeconds }, cause);
  }
  if (status === 408 || status >= 500) return unavailable('later', cause);
  // A refused key is a 400 (API_KEY_INVALID), 401 or 403, an unknown model a 404: the operator's to mend.
  return unavailable('never', `key, model or request refused: ${cause}`);
}

/** Seconds, rounded up, of a protobuf Duration as JSON, e.g. "36.5s" (protobuf.dev, ProtoJSON), or null. */
function durationSeconds(duration: string | undefined): number | null {
  const match = /^(\d+(?:\.\d+)?)s$/.exec(duration ?? '');
  return match ? Math.ceil(Number(match[1])) : null;
}

function unavailable(retry: Retry, cause: string): JobError {
  return new JobError(
    'generation_unavailable',
    'The service that writes threads is unavailable at the moment. Please try again later.',
    retry,
    { cause: new Error(`Gemini: ${cause}`) },
  );
}

function invalid(cause: string): JobError {
  return new JobError(
    'generation_invalid',
    'The service that writes threads gave no usable answer. Please try again.',
    'later',
    { cause: new Error(`Gemini: ${cause}`) },
  );
}

function blocked(reason: string): JobError {
  return new JobError(
    'generation_blocked',
    'The service that writes threads declined this recording because of its content.',
    'never',
    { cause: new Error(`Gemini: ${errorCodeOnly(reason)}`) },
  );
}

/** Retried: sampling differs from run to run, so an answer that ran on once is usually whole the next time. */
function truncated(): JobError {
  return new JobError(
    'generation_truncated',
    'The threads came out longer than the service may write at once. Please try again.',
    'later',
    { cause: new Error('Gemini: MAX_TOKENS') },
  );
}
