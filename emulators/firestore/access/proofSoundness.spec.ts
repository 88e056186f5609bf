import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StoredDocument } from '../model/document.js';
import { matchesQuery } from '../query/evaluate.js';
import type { Plain, Symbol } from './proofFixtures.js';
import {
  and,
  database,
  isProven,
  or,
  permits,
  queryOf,
  rulesFor,
  valueOf,
  where,
} from './proofFixtures.js';
import { fieldsToRules, resourceValue, rulesPath } from './rulesValues.js';

describe('a proof', () => {
  const scalar = fc.constantFrom<Plain>(null, true, 0, 1, 1.5, 2, -1, '', 'a', 'b', 'ab');
  const field = fc.constantFrom('a', 'b');
  const list = fc.array(scalar, { minLength: 1, maxLength: 3 });
  const filtering = (symbols: readonly Symbol[], operand: fc.Arbitrary<Plain>) =>
    fc.tuple(field, fc.constantFrom(...symbols), operand).map((parts) => where(...parts));
  const leaf = fc.oneof(
    filtering(['==', '!=', '<', '<=', '>', '>='], scalar),
    filtering(['in', 'not-in', 'array-contains-any'], list),
    filtering(['array-contains'], scalar),
  );
  const filter = fc.oneof(
    leaf,
    fc.tuple(leaf, leaf).map(([left, right]) => and(left, right)),
    fc.tuple(leaf, leaf).map(([left, right]) => or(left, right)),
  );
  const literal = scalar.map((plain) => JSON.stringify(plain));
  const literals = fc.array(literal, { maxLength: 3 }).map((items) => `[${items.join()}]`);
  const test = fc.oneof(
    fc
      .tuple(field, fc.constantFrom('==', '!=', '<', '<=', '>', '>='), literal)
      .map(([name, operator, value]) => `resource.data.${name} ${operator} ${value}`),
    fc.tuple(field, literals).map(([name, items]) => `resource.data.${name} in ${items}`),
    fc.tuple(literal, field).map(([value, name]) => `${value} in resource.data.${name}`),
    fc
      .tuple(field, fc.constantFrom('hasAny', 'hasAll', 'hasOnly'), literals)
      .map(([name, method, items]) => `resource.data.${name}.${method}(${items})`),
    fc
      .tuple(field, fc.constantFrom('int', 'number', 'string', 'list', 'bool', 'null'))
      .map(([name, type]) => `resource.data.${name} is ${type}`),
    field.map((name) => `'${name}' in resource.data`),
    fc.tuple(field, literals).map(([name, items]) => `[resource.data.${name}, 1].hasAny(${items})`),
    fc
      .tuple(field, literal, field)
      .map(
        ([name, value, other]) =>
          `resource.data.get('${name}', resource.data.${other}) == ${value}`,
      ),
    fc.tuple(field, literal).map(([name, value]) => `same(resource.data.${name}, ${value})`),
    fc
      .tuple(field, field)
      .map(([name, key]) => `{'k': resource.data.${name}}.keys() != ['${key}']`),
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 2 },
      test,
      tie('condition').map((inner) => `!(${inner})`),
      fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    ),
  }));
  const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
  const data = fc.record({ a: value, b: value }, { requiredKeys: [] });

  it('of a query never lets through what the rules refuse to a single get', async () => {
    let proofs = 0;
    await fc.assert(
      fc.asyncProperty(filter, condition, fc.array(data, { minLength: 5 }), async (f, c, all) => {
        const ruleset = rulesFor(c);
        const query = queryOf(f);
        if (!(await isProven(ruleset, query))) return;
        proofs += 1;
        for (const fields of all) {
          const document = documentOf(fields);
          if (!matchesQuery(database, document, query)) continue;
          const resource = resourceValue(
            database.databaseId,
            document.path,
            fieldsToRules(document.fields),
          );
          const path = rulesPath(database.databaseId, document.path);
          assert.ok(await permits(ruleset, 'get', path, resource), JSON.stringify(fields));
        }
      }),
      { numRuns: 3000 },
    );
    assert.ok(proofs > 100);
  }).timeout(60_000);
});

function documentOf(fields: Readonly<Record<string, Plain>>): StoredDocument {
  const entries = Object.entries(fields).map(([name, plain]) => [name, valueOf(plain)] as const);
  return { path: 'people/p1', fields: new Map(entries), createTime: 0n, updateTime: 0n };
}
