import assert from 'node:assert/strict';
import type { Value } from '../model/value.js';
import type { Filter } from '../query/query.js';
import { and, isProven, or, queryOf, rulesFor, where } from './proofFixtures.js';

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
