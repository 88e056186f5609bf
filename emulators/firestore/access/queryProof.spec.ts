import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RulesValue, Ruleset } from '../../rules/api.js';
import { compileRules } from '../../rules/compile.js';
import type { StoredDocument } from '../model/document.js';
import { formatName } from '../model/path.js';
import type { Value } from '../model/value.js';
import { matchesQuery } from '../query/evaluate.js';
import type { FieldOperator, Filter, Query } from '../query/query.js';
import { completeOrder } from '../query/query.js';
import { queryCases } from './queryProof.js';
import { fieldsToRules, resourceValue, rulesPath } from './rulesValues.js';

type Plain = null | boolean | number | string | readonly Plain[];

const database = { projectId: 'demo', databaseId: '(default)' };

function valueOf(plain: Plain): Value {
  if (plain === null) return { type: 'null' };
  if (typeof plain === 'boolean') return { type: 'boolean', value: plain };
  if (typeof plain === 'string') return { type: 'string', value: plain };
  if (typeof plain !== 'number') return { type: 'array', values: plain.map(valueOf) };
  return Number.isInteger(plain)
    ? { type: 'integer', value: BigInt(plain) }
    : { type: 'double', value: plain };
}

const symbols = {
  '==': 'EQUAL',
  '!=': 'NOT_EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  in: 'IN',
  'not-in': 'NOT_IN',
  'array-contains': 'ARRAY_CONTAINS',
  'array-contains-any': 'ARRAY_CONTAINS_ANY',
} as const satisfies Readonly<Record<string, FieldOperator>>;
type Symbol = keyof typeof symbols;

const where = (field: string, symbol: Symbol, operand: Plain): Filter => {
  const value: Value =
    field === '__name__'
      ? { type: 'reference', value: formatName(database, String(operand)) }
      : valueOf(operand);
  return { kind: 'field', field: field.split('.'), operator: symbols[symbol], value };
};
const and = (...filters: Filter[]): Filter => ({ kind: 'and', filters });
const or = (...filters: Filter[]): Filter => ({ kind: 'or', filters });

function queryOf(filter: Filter, orderBy: readonly string[] = []): Query {
  const explicit = orderBy.map((field) => ({ field: field.split('.'), descending: false }));
  return {
    ...{ parent: '', collectionId: 'people', allDescendants: false, offset: 0, where: filter },
    orderBy: completeOrder(explicit, filter),
  };
}

function rulesFor(condition: string): Ruleset {
  const { ruleset, issues } = compileRules(
    `rules_version = '2'; service cloud.firestore { match /databases/{db}/documents {
       function same(x, y) { let z = x; return z == y || x == z && y == x; }
       match /people/{id} { allow read: if ${condition}; } } }`,
    'cloud.firestore',
  );
  assert.ok(ruleset, issues[0]?.message);
  return ruleset;
}

async function permits(
  ruleset: Ruleset,
  method: 'get' | 'list',
  path: readonly string[],
  resource: RulesValue,
): Promise<boolean> {
  const decision = await ruleset.evaluate({
    ...{ method, path, resource, requestResource: { type: 'null' }, time: new Date(0) },
    request: new Map([['auth', { type: 'null' }]]),
    getDocument: () => Promise.resolve(null),
    getDocumentAfter: () => Promise.resolve(null),
  });
  return decision.permit;
}

async function isProven(ruleset: Ruleset, query: Query): Promise<boolean> {
  for (const { path, resource } of queryCases(database.databaseId, query)) {
    if (!(await permits(ruleset, 'list', path, resource))) return false;
  }
  return true;
}

describe('what a query proves', () => {
  const rows: readonly (readonly [
    filter: Filter,
    proven: readonly string[],
    not: readonly string[],
  ])[] = [
    [
      where('age', '>', 20),
      ['d.age > 18', 'd.age > 20', 'd.age >= 20', 'd.age != 20', '!(d.age < 20)', '18 < d.age'],
      ['d.age > 21', 'd.age >= 20.5', 'd.age < 30', 'd.age != 21', 'd.age is int', 'd.name != 1'],
    ],
    [
      where('age', '<=', 20),
      ['d.age < 20.5', 'd.age <= 20', 'd.age is number', "'age' in d", 'd.age != null'],
      ['d.age < 20', 'd.age <= 19', 'd.age + 0 <= 20'],
    ],
    [
      and(where('age', '>=', 18), where('age', '<', 30), where('age', '>', 10)),
      ['d.age >= 18 && d.age < 30', '!(d.age in [17, 30])', 'd.age < 31 ? d.age > 17 : false'],
      ['d.age > 18', 'd.age in [18, 19]'],
    ],
    [
      where('name', '>=', 'b'),
      ["d.name >= 'b'", "d.name > 'a'", 'd.name is string', 'd.name != 5', '!(d.name is number)'],
      ["d.name > 'b'", "d.name < 'c'"],
    ],
    [
      where('state', '!=', 'secret'),
      ["d.state != 'secret'", 'd.state != null', "!(d.state in ['secret'])", "'state' in d"],
      ["d.state == 'public'", 'd.state is string', "d.state != 'other'"],
    ],
    [
      where('state', 'not-in', ['a', 'b']),
      ["d.state != 'a' && d.state != 'b'", "!(d.state in ['a', 'b'])"],
      ["d.state != 'c'"],
    ],
    [
      where('members', 'array-contains', 'u1'),
      [
        "'u1' in d.members",
        "d.members.hasAny(['u1', 'u2'])",
        "d.members.hasAll(['u1'])",
        'd.members is list',
        "!d.members.hasOnly(['u2'])",
        "d.keys().hasAll(['members'])",
      ],
      [
        "'u2' in d.members",
        "!('u2' in d.members)",
        "d.members.hasAll(['u1', 'u2'])",
        "d.members.hasOnly(['u1'])",
        "d.members[0] == 'u1'",
        'd.members.size() > 0',
        "d.members == ['u1']",
      ],
    ],
    [
      where('members', 'array-contains-any', ['u1', 'u2']),
      ["d.members.hasAny(['u1', 'u2'])", "'u1' in d.members || 'u2' in d.members"],
      ["'u1' in d.members"],
    ],
    [
      where('state', 'in', ['a', 'b']),
      ["d.state in ['a', 'b', 'c']", "d.state == 'a' || d.state == 'b'"],
      ["d.state == 'a'"],
    ],
    [
      or(where('age', '>', 60), where('state', '==', 'old')),
      ["d.age > 50 || d.state == 'old'"],
      ['d.age > 50', "d.state == 'old'"],
    ],
    [
      where('n', '==', 1),
      ['d.n == 1', 'd.n == 1.0', 'd.n < 2', 'd.n in [1, 2]', 'd.n is number', '!(d.n is string)'],
      ['d.n is int', '1 / d.n == 1', 'd.n == 2'],
    ],
    [
      where('address.city', '==', 'Rome'),
      ["d.address.city == 'Rome'", "d.get(['address', 'city'], '') == 'Rome'", 'd.address is map'],
      ["d.address == {'city': 'Rome'}", 'd.address.size() == 1'],
    ],
    [where('__name__', '==', 'people/p1'), ["id == 'p1'", "resource.id == 'p1'"], ["id == 'p2'"]],
    [
      where('age', '>', 20),
      ['d.age > 20 || d.missing', 'true'],
      ['d.age > 20 && d.missing == 1', "!('secret' in d)", 'd.size() == 1', "d.get('x', 1) == 1"],
    ],
  ];
  for (const [filter, proven, not] of rows) {
    const claims = [
      ...proven.map((text) => [text, true] as const),
      ...not.map((text) => [text, false] as const),
    ];
    for (const [text, expected] of claims) {
      it(`${describeFilter(filter)} ${expected ? 'proves' : 'does not prove'} ${text}`, async () => {
        const ruleset = rulesFor(text.replaceAll(/\bd\b/g, 'resource.data'));
        assert.equal(await isProven(ruleset, queryOf(filter)), expected);
      });
    }
  }

  it('includes the existence of what it is ordered by', async () => {
    const query = queryOf(where('n', '==', 1), ['rank']);
    assert.ok(await isProven(rulesFor("'rank' in resource.data"), query));
    assert.equal(await isProven(rulesFor('resource.data.rank == 1'), query), false);
  });

  it('is nothing where there are too many alternatives', async () => {
    const many = (field: string) => where(field, 'in', [...Array(11).keys()]);
    const query = queryOf(and(many('a'), many('b')));
    assert.equal(await isProven(rulesFor('resource.data.a >= 0'), query), false);
    assert.ok(await isProven(rulesFor('resource.data.a >= 0'), queryOf(many('a'))));
  });
});

function describeFilter(filter: Filter): string {
  if ('filters' in filter)
    return `(${filter.filters.map(describeFilter).join(` ${filter.kind} `)})`;
  const field = filter.field.join('.');
  return `${field} ${filter.operator}${'value' in filter ? ` ${display(filter.value)}` : ''}`;
}

function display(value: Value): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? Number(item) : item,
  );
}

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
  });
});

function documentOf(fields: Readonly<Record<string, Plain>>): StoredDocument {
  const entries = Object.entries(fields).map(([name, plain]) => [name, valueOf(plain)] as const);
  return { path: 'people/p1', fields: new Map(entries), createTime: 0n, updateTime: 0n };
}
