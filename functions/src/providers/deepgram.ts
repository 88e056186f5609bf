import { z } from 'zod';
import { JobError } from '../platform/errors.js';
import type { Retry } from '../platform/errors.js';
import { callWithDeadline, errorCodeOnly, retryAfterSeconds } from './http.js';
import type { Paragraph, Transcriber, Transcription, Word } from './types.js';

export interface DeepgramOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  /**
   * Default 290,000: Deepgram itself gives up after ten minutes, but an hour of audio usually takes well
   * under one, and a step of five minutes should see our error rather than be cut itself.
   */
  readonly timeoutMilliseconds?: number;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 290_000;

const seconds = z.number().nonnegative();
const speaker = z.int().nonnegative().optional();

/** The part of an answer that we read. The SDK's types leave nearly all of it optional; here it is not. */
const responseSchema = z.object({
  metadata: z.object({ duration: seconds }),
  results: z.object({
    channels: z
      .array(
        z.object({
          detected_language: z.string().optional(),
          alternatives: z
            .array(
              z.object({
                transcript: z.string(),
                confidence: z.number().min(0).max(1).optional(),
                words: z.array(
                  z.object({
                    word: z.string(),
                    punctuated_word: z.string().optional(),
                    start: seconds,
                    end: seconds,
                    confidence: z.number().min(0).max(1).default(0),
                    speaker,
                  }),
                ),
                paragraphs: z
                  .object({
                    paragraphs: z.array(
                      z.object({
                        start: seconds,
                        end: seconds,
                        speaker,
                        sentences: z.array(z.object({ text: z.string() })),
                      }),
                    ),
                  })
                  .optional(),
              }),
            )
            .min(1),
        }),
      )
      .min(1),
  }),
});
type Response = z.infer<typeof responseSchema>;
type Alternative = Response['results']['channels'][number]['alternatives'][number];

/**
 * Speech to text by Deepgram's pre-recorded API (developers.deepgram.com/reference, POST /v1/listen).
 * Never retries by itself, since the engine does; throws the signal's reason when the signal aborts, and
 * JobErrors otherwise, none of which holds the URL, the key or anything that was said.
 */
export function createTranscriber(options: DeepgramOptions): Transcriber {
  const timeout = options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS;
  return {
    async transcribe(request, signal) {
      const { DeepgramClient, DeepgramError } = await import('@deepgram/sdk');
      const client = new DeepgramClient({ apiKey: options.apiKey, baseUrl: options.baseUrl });
      try {
        const answer = await callWithDeadline('deepgram', signal, timeout, (abortSignal) =>
          client.listen.v1.media.transcribeUrl(
            {
              url: request.url,
              model: options.model,
              smart_format: true,
              punctuate: true,
              paragraphs: true,
              diarize_model: 'latest',
              ...(request.language === null
                ? { detect_language: true }
                : { language: request.language }),
            },
            // Our deadline is the one that counts; the SDK's own, 60 s unless told, must only not be shorter.
            { maxRetries: 0, timeoutInSeconds: timeout / 1000 + 1, abortSignal },
          ),
        );
        return toTranscription(answer, request.language);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof JobError) throw error;
        throw error instanceof DeepgramError && error.statusCode !== undefined
          ? refusal(error.statusCode, error.body, error.rawResponse?.headers.get('retry-after'))
          : unavailable('later', 'no whole answer: the network, or our time-out');
      }
    },
  };
}

function toTranscription(answer: unknown, language: string | null): Transcription {
  const parsed = responseSchema.safeParse(answer);
  const channel = parsed.data?.results.channels[0];
  const alternative = channel?.alternatives[0];
  if (!parsed.data || !alternative) {
    const fields = parsed.error?.issues.slice(0, 5).map((issue) => issue.path.join('.') || '(all)');
    throw failed('later', `a malformed answer; off: ${fields?.join(', ') ?? 'nothing'}`);
  }
  if (alternative.transcript.trim() !== '' && alternative.words.length === 0) {
    throw failed('later', 'a malformed answer: a transcript without words');
  }
  const words = alternative.words.map(toWord);
  return {
    text: alternative.transcript,
    language: channel.detected_language ?? language,
    duration: parsed.data.metadata.duration,
    confidence: words.length === 0 ? null : (alternative.confidence ?? null),
    words,
    paragraphs: toParagraphs(alternative, words),
  };
}

function toWord(word: Alternative['words'][number]): Word {
  return {
    text: word.punctuated_word ?? word.word,
    start: word.start,
    end: Math.max(word.start, word.end),
    confidence: word.confidence,
    speaker: word.speaker ?? null,
  };
}

/** Deepgram's paragraphs, or, where it sent none, one for each turn of a speaker. */
function toParagraphs(alternative: Alternative, words: readonly Word[]): Paragraph[] {
  if (alternative.paragraphs) {
    return alternative.paragraphs.paragraphs.map((paragraph) => ({
      speaker: paragraph.speaker ?? null,
      start: paragraph.start,
      end: Math.max(paragraph.start, paragraph.end),
      text: paragraph.sentences.map((sentence) => sentence.text).join(' '),
    }));
  }
  const turns: Paragraph[] = [];
  for (const word of words) {
    const turn = turns.at(-1);
    if (turn?.speaker === word.speaker) {
      turns[turns.length - 1] = { ...turn, end: word.end, text: `${turn.text} ${word.text}` };
    } else {
      turns.push({ speaker: word.speaker, start: word.start, end: word.end, text: word.text });
    }
  }
  return turns;
}

const refusalSchema = z.object({
  err_code: z.string().optional(),
  err_msg: z.string().optional(),
});

/** What an answer other than 2xx means (developers.deepgram.com/docs/errors). */
function refusal(status: number, body: unknown, retryAfter: string | null | undefined): JobError {
  const { err_code, err_msg } = refusalSchema.safeParse(body).data ?? {};
  const cause = `status ${status}, ${errorCodeOnly(err_code)}`;
  if (status === 401 || status === 403)
    return unavailable('never', `the key was refused: ${cause}`);
  if (status === 402) return unavailable('never', `the account has no credit left: ${cause}`);
  if (status === 404) return unavailable('never', `base URL or model unknown: ${cause}`);
  if (status === 429) {
    const afterSeconds = retryAfterSeconds(retryAfter, new Date());
    return unavailable(afterSeconds === null ? 'later' : { afterSeconds }, cause);
  }
  if (status === 408 || status >= 500) return unavailable('later', cause);
  // The recording's host faltered: sporadic, so worth another try (deepgram-js-sdk, issue 263).
  if (err_code === 'REMOTE_CONTENT_ERROR') return failed('later', cause);
  if (err_msg?.includes('corrupt or unsupported data')) {
    return new JobError(
      'media_unreadable',
      'The recording could not be decoded. Please export it again, for instance as MP3.',
      'never',
      { cause: new Error(`Deepgram: ${cause}`) },
    );
  }
  return failed('never', cause);
}

function unavailable(retry: Retry, cause: string): JobError {
  return new JobError(
    'transcription_unavailable',
    'The transcription service is unavailable at the moment. Please try again later.',
    retry,
    { cause: new Error(`Deepgram: ${cause}`) },
  );
}

function failed(retry: Retry, cause: string): JobError {
  return new JobError('transcription_failed', 'The recording could not be transcribed.', retry, {
    cause: new Error(`Deepgram: ${cause}`),
  });
}
