import { partial, unknown, type Plain } from './fixtures.js';
import { casesOf, type Rows } from './expressionTable.js';

const tables: Readonly<Record<string, Rows>> = {
  'literals and precedence': {
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
  },

  arithmetic: {
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
  },

  'equality and types': {
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
  },

  'errors beside && and ||': {
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
  },

  access: {
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
  },
};

describe('rules expressions', () => {
  for (const [title, rows] of Object.entries(tables)) {
    describe(title, () => {
      for (const { title: name, run } of casesOf(rows)) it(name, run);
    });
  }
});

const resource: Plain = {
  data: partial({ userId: 'u1', address: partial({ city: 'London' }), tags: [unknown, 'math'] }),
};

const partialRows: Rows = {
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

describe('what a query does not fix', () => {
  for (const { title, run } of casesOf(partialRows, resource)) it(title, run);
});
