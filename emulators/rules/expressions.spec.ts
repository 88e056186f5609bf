import assert from 'node:assert/strict';
import { compileRules } from './compile.js';
import { partial, requestOf, unknown, type Plain } from './fixtures.js';

/** What a condition comes to: it allows, it does not, or evaluating it is an error (or not proven). */
type Outcome = 'true' | 'false' | 'error' | 'unproven';

const data: Plain = {
  name: 'Ada',
  age: 36,
  height: 1.7,
  tags: ['math', 'engines', 'math'],
  address: { city: 'London', zip: null },
  born: new Date('1815-12-10T13:14:15.123Z'),
  'odd key': true,
};

async function outcomeOf(condition: string, resource: Plain = { data }): Promise<Outcome> {
  const { ruleset, issues } = compileRules(
    `rules_version = '2';
     service cloud.firestore { match /{document=**} { allow get: if ${condition}; } }`,
    'cloud.firestore',
  );
  assert.ok(ruleset, issues[0]?.message);
  const path = 'databases/(default)/documents/people/ada';
  const decision = await ruleset.evaluate(requestOf({ path, auth: { uid: 'u1' }, resource }));
  if (decision.permit) return 'true';
  if (decision.reason.startsWith('false for')) return 'false';
  return decision.reason.startsWith('evaluation error') ? 'error' : 'unproven';
}

function table(title: string, rows: Readonly<Record<Outcome, readonly string[]>>): void {
  describe(title, () => {
    for (const [expected, conditions] of Object.entries(rows)) {
      for (const condition of conditions) {
        it(`${condition} is ${expected}`, async () => {
          assert.equal(await outcomeOf(condition), expected);
        });
      }
    }
  });
}

describe('rules expressions', () => {
  table('literals and precedence', {
    true: [
      'true',
      '1 + 2 * 3 == 7',
      '(1 + 2) * 3 == 9',
      '10 - 2 - 3 == 5',
      '-2 + 5 == 3',
      '!false && true',
      'true || false && false',
      '1 < 2 == true',
      '2 in [1, 2] == true',
      'false ? false : true',
      'true ? false ? false : true : false',
      "'it\\'s' == \"it's\"",
      "'\\u00e9' == 'é'",
      '1.5e2 == 150',
      "b'ab'.size() == 2",
      '/* a comment */ true // another\n',
      "[1, 'two', [3],].size() == 3",
      "{'a': {'b': 1}}.a.b == 1",
    ],
    false: ['false', '1 == 2', "'a' == 'b'"],
    error: ['null', '1', "'true'", '[true]'],
    unproven: [],
  });

  table('arithmetic', {
    true: [
      '7 / 2 == 3',
      '-7 / 2 == -3',
      '-7 % 3 == -1',
      '7.0 / 2 == 3.5',
      "'a' + 'b' == 'ab'",
      '9223372036854775807 > 0',
      '1 == 1.0',
      '0.1 + 0.2 != 0.3',
    ],
    false: ['1 > 1.5'],
    error: [
      '1 / 0 == 1',
      '1 % 0 == 1',
      '9223372036854775807 + 1 > 0',
      "'a' + 1 == 'a1'",
      "'a' < 1",
      '[1] < [2]',
      "-'a' == 'a'",
      "!'a'",
    ],
    unproven: [],
  });

  table('equality and types', {
    true: [
      "'1' != 1",
      'null == null',
      '[1, 2] == [1, 2]',
      '[1, 2] != [2, 1]',
      '[1, 2].toSet() == [2, 1, 1].toSet()',
      "{'a': 1, 'b': 2} == {'b': 2, 'a': 1}",
      "{'a': 1} != {'a': 1, 'b': 2}",
      '1 is int && 1 is number && !(1 is float)',
      '1.0 is float && 1.0 is number',
      "'a' is string && true is bool && [1] is list && {} is map",
      '/a/b is path && null is null',
      'resource.data.born is timestamp',
      "duration.value(1, 's') is duration && latlng.value(1, 2) is latlng",
      "b'a' is bytes && [1].toSet() is set",
    ],
    false: ['1 is string', 'null is map'],
    error: [],
    unproven: [],
  });

  table('errors beside && and ||', {
    true: [
      'resource.data.missing == 1 || true',
      'true || resource.data.missing == 1',
      "('a' < 1 || true) && true",
    ],
    false: ['resource.data.missing == 1 && false', 'false && resource.data.missing == 1'],
    error: [
      'resource.data.missing == 1 || false',
      'false || resource.data.missing == 1',
      'resource.data.missing == 1 && true',
      '!(resource.data.missing == 1)',
      '1 || false',
      'resource.data.missing ? true : true',
    ],
    unproven: [],
  });

  table('access', {
    true: [
      "resource.data.address.city == 'London'",
      "resource.data['odd key']",
      "resource.data.tags[1] == 'engines'",
      "resource.data.tags[0:2] == ['math', 'engines']",
      "resource.data.name[0] == 'A' && resource.data.name[1:3] == 'da'",
      "'city' in resource.data.address && !('street' in resource.data.address)",
      "'math' in resource.data.tags && !('law' in resource.data.tags)",
      'resource.data.address.zip == null',
      "request.method == 'get' && request.time is timestamp",
      "request.path[4] == 'ada' && request.path == /databases/(default)/documents/people/ada",
      "request.auth.uid == 'u1' && !('resource' in request)",
      "resource.data.get('name', '') == 'Ada'",
      "resource.data.get('nick', 'none') == 'none'",
      "resource.data.get(['address', 'city'], '') == 'London'",
      "resource.data.get(['address', 'street', 'number'], 1) == 1",
    ],
    false: ["'Ada' in []"],
    error: [
      'resource.data.missing == null',
      'request.resource.data == null',
      'resource.data.address.zip.code == 1',
      'request.resource == null',
      'resource.data.tags[3] == 1',
      'resource.data.tags[-1] == 1',
      'resource.data.tags[2:9].size() == 1',
      "resource.data.tags['a'] == 1",
      "1 in 'abc'",
    ],
    unproven: [],
  });

  table('strings', {
    true: [
      "'AbC'.lower() == 'abc' && 'AbC'.upper() == 'ABC'",
      "' a b '.trim() == 'a b'",
      "'héé👍'.size() == 4",
      "'file@foo.com'.matches('.*@foo[.]com')",
      "'abc'.matches('[a-c]+') && !'abcd'.matches('[a-c]+')",
      "'a\\nb'.matches('(?s)a.b')",
      "'a1b22'.replace('[0-9]+', '#') == 'a#b#'",
      "'ab'.replace('b', '$1\\\\') == 'a$1\\\\'",
      "'a,b,,c'.split(',') == ['a', 'b', '', 'c']",
      "'a/b'.split('/')[0] == 'a'",
      "'é'.toUtf8().size() == 2",
    ],
    false: ["'xabc'.matches('[a-c]+')"],
    error: ["'a'.matches('(')", "'a'.matches('(?=a)a')", "'a'.reverse() == 'a'", '1.lower() == 1'],
    unproven: [],
  });

  table('lists and sets', {
    true: [
      '[1, 2].concat([3]) == [1, 2, 3]',
      "['a', 'b'].hasAll(['a']) && !['a'].hasAll(['a', 'b'])",
      "['a', 'b'].hasAny(['b', 'c']) && !['a'].hasAny([])",
      "['a'].hasOnly(['a', 'b']) && !['a', 'c'].hasOnly(['a', 'b'])",
      "['a', 'b'].join('-') == 'a-b' && [1, true].join(',') == '1,true'",
      '[1, 2, 3, 2].removeAll([2]) == [1, 3]',
      '[1, 1, 2].toSet().size() == 2',
      '[1, 2].toSet().union([3].toSet()) == [1, 2, 3].toSet()',
      '[1, 2].toSet().difference([2].toSet()) == [1].toSet()',
      '[1, 2].toSet().intersection([2, 3].toSet()) == [2].toSet()',
      "['a'].toSet().hasOnly(['a', 'b']) && ['a', 'b'].toSet().hasAll(['a'])",
      '1 in [1].toSet()',
    ],
    false: ["[].hasAny(['a'])"],
    error: ["[1].hasAll('a')", '[1].toSet()[0] == 1', '[1].concat(2) == [1, 2]'],
    unproven: [],
  });

  table('maps', {
    true: [
      "{'a': 1, 'b': 2}.keys() == ['a', 'b'] && {'a': 1}.values() == [1]",
      "{'a': 1}.size() == 1 && {}.size() == 0",
      "{'a': 1, 'b': 2}.diff({'a': 1, 'c': 3}).affectedKeys() == ['b', 'c'].toSet()",
      "{'a': 1, 'b': 2}.diff({'a': 0, 'c': 3}).changedKeys() == ['a'].toSet()",
      "{'a': 1, 'b': 2}.diff({'a': 1, 'c': 3}).addedKeys() == ['b'].toSet()",
      "{'a': 1, 'b': 2}.diff({'a': 1, 'c': 3}).removedKeys() == ['c'].toSet()",
      "{'a': [1]}.diff({'a': [1]}).unchangedKeys().hasOnly(['a'])",
    ],
    false: ["{'a': 1}.diff({}).affectedKeys().hasOnly(['b'])"],
    error: ["{'a': 1}.diff([])", '{1: 2} == {}'],
    unproven: [],
  });

  table('times', {
    true: [
      "duration.value(1, 'h') == duration.value(60, 'm')",
      'duration.time(1, 2, 3, 4).seconds() == 3723 && duration.time(1, 2, 3, 4).nanos() == 4',
      "duration.abs(duration.value(-1, 'd')) == duration.value(1, 'd')",
      "duration.value(1500, 'ms').seconds() == 1 && duration.value(1, 'w').seconds() == 604800",
      "timestamp.date(2020, 2, 29) + duration.value(1, 'd') == timestamp.date(2020, 3, 1)",
      "timestamp.date(2020, 3, 1) - timestamp.date(2020, 2, 1) == duration.value(29, 'd')",
      'timestamp.value(1500).toMillis() == 1500 && timestamp.value(1500).nanos() == 500000000',
      'timestamp.date(2020, 12, 31).dayOfYear() == 366',
      'timestamp.date(2024, 1, 1).dayOfWeek() == 1 && timestamp.date(2024, 1, 7).dayOfWeek() == 7',
      'resource.data.born.year() == 1815 && resource.data.born.month() == 12',
      'resource.data.born.day() == 10 && resource.data.born.hours() == 13',
      'resource.data.born.minutes() == 14 && resource.data.born.seconds() == 15',
      'resource.data.born.date() == timestamp.date(1815, 12, 10)',
      'resource.data.born.time() == duration.time(13, 14, 15, 123000000)',
      'request.time > resource.data.born && request.time == timestamp.value(0)',
    ],
    false: ["duration.value(1, 's') > duration.value(1, 'm')"],
    error: [
      "duration.value(1, 'y') is duration",
      'timestamp.date(2021, 2, 29) is timestamp',
      'timestamp.value(0) + 1 == 1',
    ],
    unproven: [],
  });

  table('other functions', {
    true: [
      "int('12') == 12 && int(3.9) == 3 && float('1.5') == 1.5 && float(2) == 2",
      "string(12) == '12' && string(2.0) == '2.0' && string(true) == 'true' && string(null) == 'null'",
      "bool('true') && !bool('false')",
      "path('/a/b') == /a/b && path('/a/{x}').bind({'x': 'c'}) == /a/c",
      "/a/$('b' + 'c')/d == path('a/bc/d')",
      'math.abs(-3) == 3 && math.ceil(1.2) == 2 && math.floor(-1.2) == -2 && math.round(2.5) == 3',
      'math.pow(2, 3) == 8.0 && math.sqrt(9) == 3 && math.isNaN(0.0 / 0.0)',
      'math.isInfinite(1.0 / 0.0)',
      "hashing.md5('abc').toHexString() == '900150983cd24fb0d6963f7d28e17f72'",
      "hashing.sha256(b'').toBase64() == '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
      "hashing.crc32('123456789').toHexString() == 'cbf43926'",
      "hashing.crc32c('123456789').toHexString() == 'e3069283'",
      'latlng.value(37.5, -122).latitude() == 37.5 && latlng.value(1, 2).longitude() == 2',
      'latlng.value(0, 0).distance(latlng.value(0, 180)) > 20015000',
      "debug(resource.data.name) == 'Ada'",
    ],
    false: ["bool('false')"],
    error: ["int('x') == 1", "float('') == 0", "bool('yes')", 'latlng.value(91, 0) is latlng'],
    unproven: [],
  });
});

describe('what a query does not fix', () => {
  const resource: Plain = {
    data: partial({ userId: 'u1', address: partial({ city: 'London' }), tags: [unknown, 'math'] }),
  };
  const rows: Readonly<Record<Outcome, readonly string[]>> = {
    true: [
      'resource.data.userId == request.auth.uid',
      'resource.data.secret == 1 || true',
      "resource.data.address.city == 'London'",
      "'userId' in resource.data && resource.data.get('userId', '') == 'u1'",
      "'math' in resource.data.tags",
      'resource.data is map',
    ],
    false: [
      'resource.data.secret == 1 && false',
      "resource.data == {'userId': 'u2'}",
      'resource.data.keys().hasOnly([])',
    ],
    error: ['resource.data.userId.secret == 1'],
    unproven: [
      'resource.data.secret == 1',
      'resource.data.secret != 1',
      '!(resource.data.secret == 1)',
      'resource.data.secret == 1 || false',
      'resource.data.secret == 1 && true',
      'resource.data.secret is string',
      'resource.data.secret > 1',
      "resource.data.secret.matches('a')",
      'resource.data.secret ? true : true',
      "!('secret' in resource.data)",
      "resource.data.get('secret', true)",
      'resource.data.size() == 1',
      'resource.data.diff({}).affectedKeys().size() > 0',
      "!('law' in resource.data.tags)",
      'exists(/databases/(default)/documents/a/$(resource.data.secret))',
    ],
  };
  for (const [expected, conditions] of Object.entries(rows)) {
    for (const condition of conditions) {
      it(`${condition} is ${expected}`, async () => {
        assert.equal(await outcomeOf(condition, resource), expected);
      });
    }
  }
});
