import { z } from 'zod';
import type { RulesValue } from '../api.js';
import { timestampOfText } from '../time.js';

/**
 * A value as the Storage emulator writes it for its rules runtime: an object with one key that names the type.
 * Source: firebase-tools, `lib/emulator/storage/rules/runtime.js`, `toExpressionValue`.
 */
export type TypedValue =
  | { readonly null_value: null }
  | { readonly bool_value: boolean }
  | { readonly int_value: number }
  | { readonly float_value: number }
  | { readonly string_value: string }
  | { readonly timestamp_value: string }
  | { readonly list_value: { readonly values: readonly TypedValue[] } }
  | { readonly set_value: { readonly values: readonly TypedValue[] } }
  | { readonly map_value: { readonly fields: Readonly<Record<string, TypedValue>> } }
  | { readonly path_value: { readonly segments: readonly { readonly simple: string }[] } };

const values = z.object({ values: z.array(z.lazy(() => typedValueSchema)) });

export const typedValueSchema: z.ZodType<TypedValue> = z.union([
  z.strictObject({ null_value: z.null() }),
  z.strictObject({ bool_value: z.boolean() }),
  z.strictObject({ int_value: z.int() }),
  z.strictObject({ float_value: z.number() }),
  z.strictObject({ string_value: z.string() }),
  z.strictObject({ timestamp_value: z.string() }),
  z.strictObject({ list_value: values }),
  z.strictObject({ set_value: values }),
  z.strictObject({
    map_value: z.object({
      fields: z.record(
        z.string(),
        z.lazy(() => typedValueSchema),
      ),
    }),
  }),
  z.strictObject({
    path_value: z.object({ segments: z.array(z.object({ simple: z.string() })) }),
  }),
]);

/** The same value for the evaluator. */
export function valueOfTyped(typed: TypedValue): RulesValue {
  if ('bool_value' in typed) return { type: 'bool', value: typed.bool_value };
  if ('int_value' in typed) return { type: 'int', value: BigInt(typed.int_value) };
  if ('float_value' in typed) return { type: 'float', value: typed.float_value };
  if ('string_value' in typed) return { type: 'string', value: typed.string_value };
  if ('timestamp_value' in typed) return timestampOfText(typed.timestamp_value);
  if ('list_value' in typed) {
    return { type: 'list', items: typed.list_value.values.map(valueOfTyped) };
  }
  if ('set_value' in typed) {
    return { type: 'set', items: typed.set_value.values.map(valueOfTyped) };
  }
  if ('map_value' in typed) return { type: 'map', fields: fieldsOfTyped(typed.map_value.fields) };
  if ('path_value' in typed) {
    return { type: 'path', segments: typed.path_value.segments.map(({ simple }) => simple) };
  }
  return { type: 'null' };
}

/** The fields of a typed map. */
export function fieldsOfTyped(
  fields: Readonly<Record<string, TypedValue>>,
): ReadonlyMap<string, RulesValue> {
  return new Map(Object.entries(fields).map(([key, value]) => [key, valueOfTyped(value)]));
}
