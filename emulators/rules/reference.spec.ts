import { casesOf, type Rows } from './expressionTable.js';

const tables: Readonly<Record<string, Rows>> = {
  strings: {
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
  },

  'lists and sets': {
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
  },

  maps: {
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
  },

  times: {
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
  },

  'other functions': {
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
  },
};

describe('rules reference', () => {
  for (const [title, rows] of Object.entries(tables)) {
    describe(title, () => {
      for (const { title: name, run } of casesOf(rows)) it(name, run);
    });
  }
});
