import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeepgramClient } from '@deepgram/sdk';
import { z } from 'zod';
import { startDeepgram } from './server.js';

export const API_KEY = 'dg-secret-key';

/** What the specs read of an answer. */
export const answerSchema = z.object({
  metadata: z.object({
    request_id: z.string(),
    sha256: z.string(),
    created: z.iso.datetime(),
    duration: z.number(),
    channels: z.literal(1),
    models: z.array(z.string()),
    model_info: z.record(z.string(), z.unknown()),
  }),
  results: z.object({
    channels: z.tuple([
      z.object({
        detected_language: z.string().optional(),
        alternatives: z.tuple([
          z.object({
            transcript: z.string(),
            confidence: z.number().min(0).max(1),
            words: z.array(
              z.object({
                word: z.string(),
                start: z.number(),
                end: z.number(),
                confidence: z.number().min(0).max(1),
                speaker: z.number().optional(),
                speaker_confidence: z.number().optional(),
                punctuated_word: z.string().optional(),
              }),
            ),
            paragraphs: z
              .object({
                transcript: z.string(),
                paragraphs: z.array(
                  z.object({
                    sentences: z.array(
                      z.object({ text: z.string(), start: z.number(), end: z.number() }),
                    ),
                    speaker: z.number().optional(),
                    num_words: z.number(),
                    start: z.number(),
                    end: z.number(),
                  }),
                ),
              })
              .optional(),
          }),
        ]),
      }),
    ]),
    utterances: z.array(z.object({ transcript: z.string() })).optional(),
  }),
});

/** A stand-in of its own for some specs, with a client of the SDK. */
export interface Harness {
  readonly url: string;
  /** For a spec's files; goes with the stand-in. */
  readonly folder: string;
  readonly cacheDir: string;
  media(): DeepgramClient['listen']['v1']['media'];
  /** Has a fault or an answer await the next request. */
  queue(fault: unknown): Promise<void>;
  journal(): Promise<Record<string, unknown>[]>;
  /** Forgets faults and the journal. */
  reset(): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a stand-in on a free port. */
export async function startHarness(): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-spec-'));
  const cacheDir = join(folder, 'cache');
  const standIn = await startDeepgram({ port: 0, cacheDir });
  const client = new DeepgramClient({ apiKey: API_KEY, baseUrl: standIn.url, maxRetries: 0 });
  const control = `${standIn.url}/_control`;
  const journalSchema = z.object({ requests: z.array(z.record(z.string(), z.unknown())) });
  return {
    url: standIn.url,
    folder,
    cacheDir,
    media: () => client.listen.v1.media,
    queue: async (fault) => {
      const init = { method: 'POST', body: JSON.stringify(fault) };
      assert.equal((await fetch(`${control}/faults`, init)).status, 201);
    },
    journal: async () => {
      const response = await fetch(`${control}/requests`);
      return journalSchema.parse(await response.json()).requests;
    },
    reset: () => fetch(control, { method: 'DELETE' }),
    stop: async () => {
      await standIn.stop();
      await rm(folder, { recursive: true });
    },
  };
}
