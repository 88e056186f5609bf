import { z } from 'zod';
import type { Bounds, Thread } from './types.js';

const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const;
/** int64 fields may come as strings in Google's JSON. */
const count = z.coerce.number().int().nonnegative();

/** The subset of an OpenAPI 3.0 schema that Gemini takes; it refuses other fields. */
export interface ResponseSchema {
  type?: (typeof TYPES)[number] | undefined;
  properties?: Record<string, ResponseSchema> | undefined;
  items?: ResponseSchema | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  maxLength?: number | undefined;
  enum?: string[] | undefined;
}

/** ai.google.dev/api/caching, Schema. */
export const responseSchemaSchema: z.ZodType<ResponseSchema> = z.lazy(() =>
  z.strictObject({
    type: z.string().toLowerCase().pipe(z.enum(TYPES)).optional(),
    properties: z.record(z.string(), responseSchemaSchema).optional(),
    items: responseSchemaSchema.optional(),
    anyOf: z.array(responseSchemaSchema).optional(),
    minItems: count.optional(),
    maxItems: count.optional(),
    minLength: count.optional(),
    maxLength: count.optional(),
    minProperties: count.optional(),
    maxProperties: count.optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    enum: z.array(z.string()).min(1).optional(),
    required: z.array(z.string()).optional(),
    propertyOrdering: z.array(z.string()).optional(),
    format: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    pattern: z.string().optional(),
    nullable: z.boolean().optional(),
    default: z.unknown().optional(),
    example: z.unknown().optional(),
  }),
);

/** What a request without a response schema gets. */
export const DEFAULT_SCHEMA: ResponseSchema = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      threadNumber: { type: 'integer' },
      hook: { type: 'string' },
      tweets: { type: 'array', items: { type: 'string' } },
    },
  },
};

/** How many threads, and how many tweets in each, a schema wants; these defaults where it is silent. */
export function boundsOf(schema: ResponseSchema): { threads: Bounds; tweets: Bounds } {
  const threads = findArray(schema, 'object');
  const tweets = findArray(threads?.items ?? schema, 'string');
  return { threads: bounds(threads, 5, 5), tweets: bounds(tweets, 5, 8) };
}

function bounds(schema: ResponseSchema | undefined, min: number, max: number): Bounds {
  const least = schema?.minItems ?? Math.min(min, schema?.maxItems ?? min);
  return { min: least, max: schema?.maxItems ?? Math.max(max, least) };
}

function findArray(schema: ResponseSchema, of: 'object' | 'string'): ResponseSchema | undefined {
  if (schema.type === 'array' && schema.items?.type === of) return schema;
  for (const inner of [schema.items, ...Object.values(schema.properties ?? {})]) {
    const found = inner && findArray(inner, of);
    if (found) return found;
  }
  return undefined;
}

/**
 * A value of the schema's shape: arrays of objects hold the threads, arrays of strings the tweets
 * of the thread they stand in, and other fields what their name or type suggests.
 */
export function fillSchema(schema: ResponseSchema, threads: readonly Thread[]): unknown {
  return fill(schema, '', threads, undefined);
}

function fill(
  schema: ResponseSchema,
  name: string,
  threads: readonly Thread[],
  thread: Thread | undefined,
): unknown {
  switch (schema.type ?? (schema.properties ? 'object' : 'string')) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, property]) => [
          key,
          fill(property, key, threads, thread),
        ]),
      );
    case 'array':
      return fillArray(schema, name, threads, thread);
    case 'integer':
    case 'number': {
      const value = thread?.threadNumber ?? threads.length;
      return Math.min(schema.maximum ?? Infinity, Math.max(schema.minimum ?? -Infinity, value));
    }
    case 'boolean':
      return false;
    default: {
      const text = (name === 'hook' ? thread?.hook : thread?.tweets[0]) ?? threads[0]?.hook ?? '';
      return schema.enum?.[0] ?? text.slice(0, schema.maxLength);
    }
  }
}

function fillArray(
  { items = {} }: ResponseSchema,
  name: string,
  threads: readonly Thread[],
  thread: Thread | undefined,
): unknown[] {
  if (thread === undefined && items.type === 'object') {
    return threads.map((each) => fill(items, name, threads, each));
  }
  const texts = thread?.tweets ?? threads.map(({ hook }) => hook);
  return items.type === 'string' || items.type === undefined
    ? texts.map((text) => items.enum?.[0] ?? text.slice(0, items.maxLength))
    : [];
}
