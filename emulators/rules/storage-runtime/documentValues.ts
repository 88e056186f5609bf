import { z } from 'zod';
import type { RulesValue } from '../api.js';
import { timestampOfText } from '../time.js';

/** A Firestore value in the JSON of the REST API (`google.firestore.v1.Value`). */
type DocumentValue =
  | { readonly nullValue: null }
  | { readonly booleanValue: boolean }
  | { readonly integerValue: string }
  | { readonly doubleValue: number | 'NaN' | 'Infinity' | '-Infinity' }
  | { readonly timestampValue: string }
  | { readonly stringValue: string }
  | { readonly bytesValue: string }
  | { readonly referenceValue: string }
  | {
      readonly geoPointValue: {
        readonly latitude?: number | undefined;
        readonly longitude?: number | undefined;
      };
    }
  | { readonly arrayValue: { readonly values?: readonly DocumentValue[] | undefined } }
  | {
      readonly mapValue: { readonly fields?: Readonly<Record<string, DocumentValue>> | undefined };
    };

const documentValueSchema: z.ZodType<DocumentValue> = z.union([
  z.strictObject({ nullValue: z.null() }),
  z.strictObject({ booleanValue: z.boolean() }),
  z.strictObject({ integerValue: z.string() }),
  z.strictObject({
    doubleValue: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]),
  }),
  z.strictObject({ timestampValue: z.string() }),
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ bytesValue: z.string() }),
  z.strictObject({ referenceValue: z.string() }),
  z.strictObject({
    geoPointValue: z.object({
      latitude: z.number().optional(),
      longitude: z.number().optional(),
    }),
  }),
  z.strictObject({
    arrayValue: z.object({ values: z.array(z.lazy(() => documentValueSchema)).optional() }),
  }),
  z.strictObject({
    mapValue: z.object({
      fields: z
        .record(
          z.string(),
          z.lazy(() => documentValueSchema),
        )
        .optional(),
    }),
  }),
]);

/** A Firestore document in the JSON of the REST API. */
export const documentSchema = z.object({
  name: z.string(),
  fields: z.record(z.string(), documentValueSchema).optional(),
});

/** A document as `firestore.get` gives it: `data`, `id` and `__name__`. */
export function resourceOfDocument(document: z.infer<typeof documentSchema>): RulesValue {
  const name = referencePath(document.name);
  return {
    type: 'map',
    fields: new Map<string, RulesValue>([
      ['data', { type: 'map', fields: fieldsOf(document.fields) }],
      ['id', { type: 'string', value: name.at(-1) ?? '' }],
      ['__name__', { type: 'path', segments: name }],
    ]),
  };
}

function fieldsOf(fields: Readonly<Record<string, DocumentValue>> = {}): Map<string, RulesValue> {
  return new Map(Object.entries(fields).map(([key, value]) => [key, valueOf(value)]));
}

function valueOf(value: DocumentValue): RulesValue {
  if ('booleanValue' in value) return { type: 'bool', value: value.booleanValue };
  if ('integerValue' in value) return { type: 'int', value: BigInt(value.integerValue) };
  if ('doubleValue' in value) return { type: 'float', value: Number(value.doubleValue) };
  if ('timestampValue' in value) return timestampOfText(value.timestampValue);
  if ('stringValue' in value) return { type: 'string', value: value.stringValue };
  if ('bytesValue' in value) {
    return { type: 'bytes', value: Buffer.from(value.bytesValue, 'base64') };
  }
  if ('referenceValue' in value) {
    return { type: 'path', segments: referencePath(value.referenceValue) };
  }
  if ('geoPointValue' in value) {
    const { latitude = 0, longitude = 0 } = value.geoPointValue;
    return { type: 'latlng', latitude, longitude };
  }
  if ('arrayValue' in value) {
    return { type: 'list', items: (value.arrayValue.values ?? []).map(valueOf) };
  }
  if ('mapValue' in value) return { type: 'map', fields: fieldsOf(value.mapValue.fields) };
  return { type: 'null' };
}

/** The path below `projects/{project}`, which the rules language leaves out. */
function referencePath(name: string): readonly string[] {
  return name.split('/').slice(2);
}
