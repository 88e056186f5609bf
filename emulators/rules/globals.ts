import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c } from './crc32c.js';
import { displayFloat } from './display.js';
import { RulesError, wrongArity } from './errors.js';
import { Arguments } from './methods/signature.js';
import { durationOfNanos, durationOfUnit, timestampOfMillis, totalNanos } from './time.js';
import {
  bool,
  bytes,
  float,
  int,
  path,
  restsOnUnknown,
  string,
  UNKNOWN,
  type Value,
} from './values.js';

interface GlobalFunction {
  readonly arity: number;
  call(args: Arguments): Value;
}

const define = (arity: number, call: (args: Arguments) => Value): GlobalFunction => ({
  arity,
  call,
});

const number = (args: Arguments, index: number) => args.of(index, 'int', 'float');
const hash = (digest: (data: Uint8Array) => Uint8Array) =>
  define(1, (args) => {
    const data = args.of(0, 'bytes', 'string');
    return bytes(digest(data.type === 'bytes' ? data.value : Buffer.from(data.value, 'utf8')));
  });

function littleEndian(value: number): Uint8Array {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function rounded(args: Arguments, round: (value: number) => number): Value {
  const value = number(args, 0);
  if (value.type === 'int') return value;
  const result = round(value.value);
  if (!Number.isFinite(result)) throw new RulesError('Not a finite number.');
  return int(result);
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const conversions: Readonly<Record<string, GlobalFunction>> = {
  bool: define(1, (args) => {
    const value = args.of(0, 'bool', 'string');
    if (value.type === 'bool') return value;
    if (value.value !== 'true' && value.value !== 'false')
      throw notConvertible(value.value, 'bool');
    return bool(value.value === 'true');
  }),
  int: define(1, (args) => {
    const value = args.of(0, 'int', 'float', 'string');
    if (value.type === 'int') return value;
    if (value.type === 'float') return int(truncate(value.value));
    if (!/^[+-]?\d+$/.test(value.value)) throw notConvertible(value.value, 'int');
    return int(BigInt(value.value.replace(/^\+/, '')));
  }),
  float: define(1, (args) => {
    const value = args.of(0, 'int', 'float', 'string');
    const isText = value.type === 'string';
    if (isText && !DECIMAL.test(value.value)) throw notConvertible(value.value, 'float');
    return float(Number(value.value));
  }),
  string: define(1, (args) => {
    const value = args.of(0, 'bool', 'int', 'float', 'string', 'null', 'path');
    if (value.type === 'null') return string('null');
    if (value.type === 'path') return string(`/${value.segments.join('/')}`);
    return string(value.type === 'float' ? displayFloat(value.value) : String(value.value));
  }),
  path: define(1, (args) => {
    const value = args.of(0, 'string');
    return path(value.value.split('/').filter((segment) => segment !== ''));
  }),
};

function truncate(value: number): number {
  if (!Number.isFinite(value)) throw new RulesError('Not a finite number.');
  return Math.trunc(value);
}

function notConvertible(text: string, type: string): RulesError {
  return new RulesError(
    `Type conversion error. Argument: [${text}], From type: [string], To type: [${type}].`,
  );
}

const namespaces: Readonly<Record<string, Readonly<Record<string, GlobalFunction>>>> = {
  duration: {
    abs: define(1, (args) => {
      const total = totalNanos(args.of(0, 'duration'));
      return durationOfNanos(total < 0n ? -total : total);
    }),
    time: define(4, (args) => {
      const units = ['h', 'm', 's', 'ns'].map((unit, index) =>
        totalNanos(durationOfUnit(args.of(index, 'int').value, unit)),
      );
      return durationOfNanos(units.reduce((sum, nanos) => sum + nanos, 0n));
    }),
    value: define(2, (args) => durationOfUnit(args.of(0, 'int').value, args.of(1, 'string').value)),
  },
  timestamp: {
    date: define(3, (args) => {
      const [year, month, day] = [0, 1, 2].map((index) => Number(args.of(index, 'int').value));
      return timestampOfMillis(BigInt(dateMillis(year ?? 0, month ?? 0, day ?? 0)));
    }),
    value: define(1, (args) => timestampOfMillis(args.of(0, 'int').value)),
  },
  latlng: {
    value: define(2, (args) => {
      const latitude = Number(number(args, 0).value);
      const longitude = Number(number(args, 1).value);
      if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) {
        throw new RulesError(
          'Latitude should be in [-90,90] range and longitude should be in [-180,180] range. ' +
            `latitude: ${displayFloat(latitude)}, longitude: ${displayFloat(longitude)}.`,
        );
      }
      return { type: 'latlng', latitude, longitude };
    }),
  },
  hashing: {
    crc32: hash((data) => littleEndian(crc32(data))),
    crc32c: hash((data) => littleEndian(crc32c(data))),
    md5: hash((data) => createHash('md5').update(data).digest()),
    sha256: hash((data) => createHash('sha256').update(data).digest()),
  },
  math: {
    abs: define(1, (args) => {
      const value = number(args, 0);
      if (value.type === 'float') return float(Math.abs(value.value));
      return int(value.value < 0n ? -value.value : value.value);
    }),
    ceil: define(1, (args) => rounded(args, Math.ceil)),
    floor: define(1, (args) => rounded(args, Math.floor)),
    round: define(1, (args) => rounded(args, Math.round)),
    isInfinite: define(1, (args) => bool(Math.abs(Number(number(args, 0).value)) === Infinity)),
    isNaN: define(1, (args) => bool(Number.isNaN(Number(number(args, 0).value)))),
    pow: define(2, (args) =>
      float(Math.pow(Number(number(args, 0).value), Number(number(args, 1).value))),
    ),
    sqrt: define(1, (args) => float(Math.sqrt(Number(number(args, 0).value)))),
  },
};

/** Midnight (UTC) of a day that exists. */
function dateMillis(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    throw new RulesError('Not a date.');
  }
  return date.getTime();
}

/** Whether a name is a namespace of functions, such as `duration`. */
export function isNamespace(name: string): boolean {
  return Object.hasOwn(namespaces, name);
}

/** How many arguments a global function takes, or null where there is none of that name. */
export function globalArity(namespace: string | null, name: string): number | null {
  return globalFunction(namespace, name)?.arity ?? null;
}

/** Calls a function that every rules file has (rules reference, "Namespaces"). */
export function callGlobal(
  namespace: string | null,
  name: string,
  values: readonly Value[],
): Value {
  const found = globalFunction(namespace, name);
  if (!found) throw new RulesError(`Function not found error: Name: [${name}].`);
  if (values.length !== found.arity) throw wrongArity(name, values.length);
  if (values.some(restsOnUnknown)) return UNKNOWN;
  return found.call(new Arguments(name, values));
}

function globalFunction(namespace: string | null, name: string): GlobalFunction | undefined {
  const table =
    namespace === null
      ? conversions
      : Object.hasOwn(namespaces, namespace)
        ? namespaces[namespace]
        : undefined;
  return table && Object.hasOwn(table, name) ? table[name] : undefined;
}
