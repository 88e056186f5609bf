import protobuf from 'protobufjs/light.js';
import { badRequest } from '../model/status.js';
import type { Violation } from '../model/status.js';
import { scalarReaders } from './scalars.js';

/** A message's JSON, whatever its type. */
export type Json = Record<string, unknown>;

/** The types of google.protobuf that JSON writes as a bare scalar, with the scalar's. */
const WRAPPERS: ReadonlyMap<string, string> = new Map([
  ['Int32Value', 'int32'],
  ['Int64Value', 'int64'],
  ['DoubleValue', 'double'],
]);

/** RFC 3339, as google.protobuf.Timestamp has it. */
const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Reads JSON as a message's as Google's APIs do, ahead of the service: unknown names and values of other types are
 * refused in their words, all at once. Answers it in one form: names in camel case, nothing that is null, a list for
 * what is repeated, enums by name.
 */
export function checkJson(type: protobuf.Type, json: Json): Json {
  const checker = new JsonChecker();
  const checked = checker.message(type, json);
  if (checker.violations.length > 0) throw badRequest(checker.violations);
  return checked;
}

/** The field of a name in either of its forms, `orderBy` and `order_by`. */
export function findField(type: protobuf.Type, name: string): protobuf.Field | undefined {
  const field = Object.hasOwn(type.fields, name)
    ? type.fields[name]
    : type.fieldsArray.find((candidate) => protoName(candidate.name) === name);
  return field?.resolve();
}

/** Where a value is; the request itself has no place. */
interface Place {
  readonly parent: Place | undefined;
  readonly field: protobuf.Field;
  /** Which item of a list it is, or which entry of a map. */
  readonly index?: number;
}

class JsonChecker {
  readonly violations: Violation[] = [];

  message(type: protobuf.Type, json: Json, place?: Place): Json {
    const result: Json = {};
    const chosen = new Set<protobuf.OneOf>();
    for (const [name, value] of Object.entries(json)) {
      const field = findField(type, name);
      if (field === undefined) {
        this.refuseName(place, name, 'Cannot find field.');
      } else if (value !== null || isKnown(field.resolvedType, 'NullValue')) {
        if (field.partOf && chosen.has(field.partOf)) {
          const oneof = protoName(field.partOf.name);
          const reason = `oneof field '${oneof}' is already set. Cannot set '${name}'`;
          this.refuseValue(place, 'oneof', reason);
        } else {
          result[field.name] = this.field(field, name, value, place);
        }
        if (field.partOf) chosen.add(field.partOf);
      }
    }
    return result;
  }

  private field(field: protobuf.Field, name: string, value: unknown, parent?: Place): unknown {
    if (field.map) return this.map(field, name, value, parent);
    if (field.repeated) {
      const items: unknown[] = Array.isArray(value) ? value : [value];
      return items.map((item, index) => this.value({ parent, field, index }, item));
    }
    if (!Array.isArray(value)) return this.value({ parent, field }, value);
    this.refuseName(parent, name, 'Proto field is not repeating, cannot start list.');
    return undefined;
  }

  private map(field: protobuf.Field, name: string, value: unknown, parent?: Place): unknown {
    if (isObject(value)) {
      const entries = Object.entries(value).map(([key, item], index): [string, unknown] => [
        key,
        this.value({ parent, field, index }, item),
      ]);
      return Object.fromEntries(entries);
    }
    const kind = Array.isArray(value) ? 'list' : 'scalar';
    this.refuseValue(parent, 'Map', `Cannot bind a ${kind} to map for field '${name}'.`);
    return undefined;
  }

  private value(place: Place, value: unknown): unknown {
    const { resolvedType: type, type: typeName } = place.field;
    if (type === null) return this.scalar(typeName, value, place);
    if (type instanceof protobuf.Enum) return this.enum(type, value, place);
    if (isKnown(type, 'Timestamp')) return this.timestamp(type, value, place);
    const wrapped = WRAPPERS.get(type.name);
    if (wrapped !== undefined) {
      const bare = isObject(value) && 'value' in value ? value['value'] : value;
      const field = findField(type, 'value') ?? place.field;
      return this.scalar(wrapped, bare, { parent: place, field });
    }
    if (isObject(value)) return this.message(type, value, place);
    this.refuseValue(place, typeUrl(type), JSON.stringify(value));
    return undefined;
  }

  private timestamp(type: protobuf.Type, value: unknown, place: Place): unknown {
    if (typeof value === 'string' && TIMESTAMP.test(value)) return value;
    const reason =
      typeof value === 'string'
        ? `Field '${place.field.name}', Illegal timestamp format; ` +
          `timestamps must end with 'Z' or have a valid timezone offset.`
        : JSON.stringify(value);
    this.refuseValue(place, typeUrl(type), reason);
    return undefined;
  }

  private enum(type: protobuf.Enum, value: unknown, place: Place): unknown {
    if (value === null && isKnown(type, 'NullValue')) return null;
    const known = Object.entries(type.values).find(
      ([name, number]) =>
        number === value || (typeof value === 'string' && name === value.toUpperCase()),
    );
    if (known === undefined) this.refuseValue(place, typeUrl(type), JSON.stringify(value));
    return known?.[0];
  }

  private scalar(type: string, value: unknown, place: Place): unknown {
    if (isObject(value)) {
      const name = protoName(place.field.name);
      this.refuseValue(place.parent, name, 'Starting an object on a scalar field');
      return undefined;
    }
    const read = scalarReaders.get(type)?.(value);
    if (read !== undefined && !(read instanceof Error)) return read;
    const reason = read?.message ?? JSON.stringify(value);
    this.refuseValue(place, `TYPE_${type.toUpperCase()}`, reason);
    return undefined;
  }

  private refuseName(place: Place | undefined, name: string, reason: string): void {
    this.refuse(place, (at) => {
      return `Invalid JSON payload received. Unknown name "${name}"${at}: ${reason}`;
    });
  }

  private refuseValue(place: Place | undefined, type: string, reason: string): void {
    this.refuse(place, (at) => `Invalid value${at} (${type}), ${reason}`);
  }

  private refuse(place: Place | undefined, describe: (at: string) => string): void {
    if (place === undefined) {
      this.violations.push({ description: describe('') });
    } else {
      const field = pathOf(place);
      this.violations.push({ field, description: describe(` at '${field}'`) });
    }
  }
}

/** The path of a place in the proto's own names: `structured_query.order_by[0].direction`. */
function pathOf({ parent, field, index }: Place): string {
  const start = parent === undefined ? '' : `${pathOf(parent)}.`;
  const item = index === undefined ? '' : `[${index}]${field.map ? '.value' : ''}`;
  return `${start}${protoName(field.name)}${item}`;
}

/** Whether a JSON value can be a message's. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a type is google.protobuf's of this name. */
function isKnown(type: protobuf.ReflectionObject | null, name: string): boolean {
  return type?.name === name && type.parent?.name === 'protobuf';
}

function typeUrl(type: protobuf.ReflectionObject): string {
  return `type.googleapis.com/${type.fullName.replace(/^\./, '')}`;
}

function protoName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
