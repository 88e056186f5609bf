import { RE2JS } from 're2js';
import { RulesError } from '../errors.js';
import { checkLength } from '../size.js';
import { bool, bytes, int, list, string, type ValueOf } from '../values.js';
import { method, type MethodTable } from './signature.js';

/** Patterns are nearly always constants of the rules file, so they are compiled once. */
const compiled = new Map<string, RE2JS>();
const MAX_COMPILED = 500;

function pattern(source: string): RE2JS {
  const known = compiled.get(source);
  if (known) return known;
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  const fresh = compilePattern(source);
  compiled.set(source, fresh);
  return fresh;
}

function compilePattern(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new RulesError(
      `Invalid regular expression: ${error instanceof Error ? error.message : source}`,
    );
  }
}

/** Methods of strings (rules reference, `rules.String`); sizes count characters, not UTF-16 units. */
export const stringMethods: MethodTable<ValueOf<'string'>> = {
  lower: method(0, (self) => string(self.value.toLowerCase())),
  upper: method(0, (self) => string(self.value.toUpperCase())),
  trim: method(0, (self) => string(self.value.trim())),
  size: method(0, (self) => int(Array.from(self.value).length)),
  toUtf8: method(0, (self) => bytes(Buffer.from(self.value, 'utf8'))),
  matches: method(1, (self, args) =>
    bool(pattern(args.of(0, 'string').value).matcher(self.value).matches()),
  ),
  replace: method(2, (self, args) => {
    const replacement = args.of(1, 'string').value;
    const matcher = pattern(args.of(0, 'string').value).matcher(self.value);
    let length = self.value.length;
    while (replacement.length > 1 && matcher.find()) checkLength((length += replacement.length));
    return string(matcher.reset().replaceAll(RE2JS.quoteReplacement(replacement)));
  }),
  split: method(1, (self, args) =>
    list(pattern(args.of(0, 'string').value).split(self.value).map(string)),
  ),
};

/** Methods of bytes (rules reference, `rules.Bytes`). */
export const bytesMethods: MethodTable<ValueOf<'bytes'>> = {
  size: method(0, (self) => int(self.value.length)),
  toBase64: method(0, (self) => string(base64Url(self.value))),
  toHexString: method(0, (self) => string(Buffer.from(self.value).toString('hex').toUpperCase())),
};

/** RFC 4648, section 5, with its padding. */
function base64Url(value: Uint8Array): string {
  return Buffer.from(value).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** The segment that stands for a name which `bind` is to fill. */
export const captureOf = (name: string): string => `$(${name})`;

/** Methods of paths (rules reference, `rules.Path`). */
export const pathMethods: MethodTable<ValueOf<'path'>> = {
  bind: method(1, (self, args) => {
    const bindings = new Map(self.bindings);
    for (const [name, value] of args.of(0, 'map').fields) {
      if (value.type === 'string') bindings.set(name, value.value);
    }
    const captures = self.captures?.filter((name) => !bindings.has(name)) ?? [];
    const segments = self.segments.map((segment) => {
      const name = /^(?:\{(\w+)\}|\$\((\w+)\))$/.exec(segment);
      return bindings.get(name?.[1] ?? name?.[2] ?? '') ?? segment;
    });
    return { type: 'path', segments, bindings, captures };
  }),
};
