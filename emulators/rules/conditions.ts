import fc from 'fast-check';

const atoms = [
  ...['null', 'true', 'false', '0', '1', '-1', '2.5', '9223372036854775807', "''", "'a'", "'1'"],
  ...["b'a'", '[]', "['a', 1]", "{'a': 1}", '{}', '/a/b', "duration.value(1, 's')"],
  ...['timestamp.value(0)', 'latlng.value(1, 2)', "['a'].toSet()", "{'a': 1}.diff({'b': 2})"],
  ...['request', 'resource', 'resource.data', 'resource.data.a', 'resource.data.b', 'request.auth'],
  ...['resource.data.missing', 'request.time', 'wild', 'rest', 'timestamp.value(9000000000000000)'],
];
const operators = ['||', '&&', '==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%'];
const methods0 = [
  ...['lower', 'size', 'trim', 'toUtf8', 'toBase64', 'toHexString', 'keys', 'values', 'toSet'],
  ...['affectedKeys', 'changedKeys', 'date', 'time', 'year', 'dayOfWeek', 'dayOfYear', 'toMillis'],
  ...['seconds', 'nanos', 'latitude'],
];
const methods1 = [
  ...['matches', 'split', 'concat', 'hasAll', 'hasAny', 'hasOnly', 'join', 'removeAll', 'union'],
  ...['difference', 'intersection', 'diff', 'bind', 'distance'],
];
const functions1 = [
  ...['int', 'float', 'string', 'bool', 'path', 'debug', 'exists', 'get', 'timestamp.value'],
  ...['math.abs', 'math.round', 'math.sqrt', 'hashing.md5', 'duration.abs'],
];

/** Conditions that parse, however odd; names are those of a document's match `/{wild}/{rest=**}`. */
export const { condition } = fc.letrec<{ condition: string }>((tie) => {
  const inner = tie('condition');
  const binary = fc.tuple(inner, fc.constantFrom(...operators), inner);
  return {
    condition: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(...atoms),
      binary.map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc.tuple(fc.constantFrom('!', '-'), inner).map(([sign, operand]) => `${sign}${operand}`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(inner, inner).map(([object, index]) => `(${object})[${index}]`),
      fc.tuple(inner, inner, inner).map(([object, a, b]) => `(${object})[${a}:${b}]`),
      fc.tuple(inner, inner).map(([key, value]) => `{'k': ${key}, 'l': [${value}]}`),
      inner.map((part) => `/databases/$(${part})/documents/a/b`),
      fc.tuple(inner, fc.constantFrom(...methods0)).map(([self, name]) => `(${self}).${name}()`),
      fc
        .tuple(inner, fc.constantFrom(...methods1), inner)
        .map(([self, name, argument]) => `(${self}).${name}(${argument})`),
      fc.tuple(inner, inner, inner).map(([self, a, b]) => `(${self}).get(${a}, ${b})`),
      fc.tuple(inner, inner, inner).map(([self, a, b]) => `(${self}).replace(${a}, ${b})`),
      fc.tuple(fc.constantFrom(...functions1), inner).map(([name, a]) => `${name}(${a})`),
    ),
  };
});
