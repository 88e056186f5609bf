import { z } from 'zod';
import { responseSchemaSchema } from './responseSchema.js';

const contentSchema = z.object({
  role: z.enum(['user', 'model', 'system', 'function']).optional(),
  parts: z.array(z.object({ text: z.string().optional() })).min(1),
});

/** The part of a GenerateContentRequest that matters here (ai.google.dev/api/generate-content). */
export const requestSchema = z.object({
  contents: z.array(contentSchema).min(1),
  systemInstruction: contentSchema.optional(),
  generationConfig: z
    .object({
      responseMimeType: z.string().optional(),
      responseSchema: responseSchemaSchema.optional(),
      maxOutputTokens: z.int().positive().optional(),
      temperature: z.number().min(0).max(2).optional(),
    })
    .default({}),
});

export type GenerateContentRequest = z.infer<typeof requestSchema>;

/** One turn's text. */
export interface Turn {
  role: string;
  text: string;
}

export function turnsOf(request: GenerateContentRequest): Turn[] {
  return request.contents.map(({ role, parts }) => ({
    role: role ?? 'user',
    text: parts.map((part) => part.text ?? '').join('\n'),
  }));
}

/** Google's error shape (google.rpc.Status). */
export function errorBody(code: number, status: string, message: string, details: object[] = []) {
  return { error: { code, message, status, ...(details.length > 0 && { details }) } };
}

/** About four characters a token (ai.google.dev/gemini-api/docs/tokens). */
export const CHARACTERS_PER_TOKEN = 4;

export const tokensOf = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

/** A GenerateContentResponse; without text, its candidate has no content. */
export function responseBody(
  model: string,
  turns: readonly Turn[],
  text: string | undefined,
  finishReason: string,
) {
  const promptTokenCount = turns.reduce((sum, turn) => sum + tokensOf(turn.text), 0);
  const candidatesTokenCount = tokensOf(text ?? '');
  const content = { role: 'model', parts: [{ text }] };
  return {
    candidates: [{ ...(text !== undefined && { content }), finishReason, index: 0 }],
    usageMetadata: {
      promptTokenCount,
      candidatesTokenCount,
      totalTokenCount: promptTokenCount + candidatesTokenCount,
    },
    modelVersion: model,
  };
}
