/** What a scalar is in a message's canonical JSON; undefined, or an error with its own words, where it is none. */
type ReadScalar = (value: unknown) => string | number | boolean | Error | undefined;

const BASE64 = /^[\w+/-]*={0,2}$/;

/** By the proto's names of types, those that Firestore's requests have. */
export const scalarReaders: ReadonlyMap<string, ReadScalar> = new Map<string, ReadScalar>([
  ['int32', (value) => integer(value, 32)],
  ['int64', (value) => integer(value, 64)],
  ['double', double],
  ['bool', bool],
  ['string', text],
  ['bytes', bytes],
]);

function integer(value: unknown, bits: number): string | undefined {
  const digits = typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof digits !== 'bigint' && !(typeof digits === 'string' && /^-?\d+$/.test(digits))) {
    return undefined;
  }
  const read = BigInt(digits);
  return BigInt.asIntN(bits, read) === read ? String(read) : undefined;
}

function double(value: unknown): number | string | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  if (/^(NaN|-?Infinity)$/.test(value)) return value;
  return value.trim() !== '' && Number.isFinite(Number(value)) ? value : undefined;
}

function bool(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' || value === 'false' ? value === 'true' : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function bytes(value: unknown): string | Error | undefined {
  if (typeof value !== 'string') return undefined;
  return BASE64.test(value) ? value : new Error(`Base64 decoding failed for "${value}"`);
}
