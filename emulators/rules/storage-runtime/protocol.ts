import { z } from 'zod';
import { documentSchema } from './documentValues.js';
import { typedValueSchema } from './typedValues.js';

/**
 * What the Storage emulator writes to its rules runtime, a JSON object a line.
 * Source: firebase-tools, `lib/emulator/storage/rules/runtime.js`.
 */
const loadRulesetSchema = z.object({
  id: z.int(),
  action: z.literal('load_ruleset'),
  context: z.object({
    rulesetName: z.string(),
    source: z.object({ files: z.array(z.object({ name: z.string(), content: z.string() })) }),
  }),
});

const verifySchema = z.object({
  id: z.int(),
  action: z.literal('verify'),
  context: z.object({
    rulesetName: z.string(),
    path: z.string(),
    method: z.enum(['get', 'list', 'create', 'update', 'delete']),
    variables: z.object({
      resource: typedValueSchema,
      request: z.object({
        map_value: z.object({ fields: z.record(z.string(), typedValueSchema) }),
      }),
    }),
  }),
});

/** The answer to a `DocumentRequest`, under the id of the `verify` that it was made for. */
const documentAnswerSchema = z.object({
  id: z.int(),
  action: z.undefined().optional(),
  status: z.enum(['ok', 'not_found', 'invalid_state']),
  result: documentSchema.optional(),
});

export const inputSchema = z.union([loadRulesetSchema, verifySchema, documentAnswerSchema]);
export type LoadRuleset = z.infer<typeof loadRulesetSchema>;
export type Verify = z.infer<typeof verifySchema>;
export type DocumentAnswer = z.infer<typeof documentAnswerSchema>;

/** The final answer to a request. `status` is always `ok`: the emulator never settles another. */
export interface Answer {
  readonly id: number;
  readonly status: 'ok';
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly result?: { readonly rulesVersion: number } | { readonly permit: boolean };
}

/** Asks the emulator for a Firestore document; `path` is below `projects/{project}`. */
export interface DocumentRequest {
  readonly server_request_id: number;
  readonly action: 'fetch_firestore_document';
  readonly status: 'ok';
  readonly context: { readonly path: string };
}

/** The first line, by which the emulator knows that the runtime is up. */
export const READY = { id: -1, status: 'ok' } as const;
