import assert from 'node:assert/strict';
import type { ExpressionReport, Ruleset } from './api.js';
import { compileRules } from './compile.js';
import { firestore, root } from './decide.js';
import { requestOf, type PlainRequest } from './fixtures.js';

function counting(source: string): Ruleset {
  const { ruleset } = compileRules(source, 'cloud.firestore', 'my.rules', { countsCoverage: true });
  assert.ok(ruleset);
  return ruleset;
}

const get = (plain: Omit<PlainRequest, 'path'> = {}) =>
  requestOf({ path: `${root}/a/1`, ...plain });

/** The values of every expression by its text: `{'a == 1': {'{"boolValue":true}': 2}}`. */
function countsOf(ruleset: Ruleset): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const { rules, report = [] } = ruleset.coverage();
  const found: Record<string, Record<string, number>> = {};
  const visit = ({ sourcePosition, values = [], children = [] }: ExpressionReport): void => {
    const { currentOffset, endOffset } = sourcePosition;
    const text = rules.files[0]?.content.slice(currentOffset, endOffset + 1) ?? '';
    found[text] = Object.fromEntries(
      values.map(({ value, count }) => [JSON.stringify(value), count]),
    );
    children.forEach(visit);
  };
  report.forEach(visit);
  return found;
}

const TRUE = '{"boolValue":true}';
const FALSE = '{"boolValue":false}';

describe('coverage of rules', () => {
  it('has the shape of the official report', async () => {
    const source = `service cloud.firestore {\n  match /databases/{d}/documents/a/{id} { allow get: if id != '2'; }\n}`;
    const ruleset = counting(source);
    const from = source.indexOf('id !=');
    const place = { line: 2, column: from - source.indexOf('\n'), currentOffset: from };
    const name = { sourcePosition: { ...place, endOffset: from + 1 } };
    const condition = { sourcePosition: { ...place, endOffset: from + 8 }, children: [name] };
    const rules = { files: [{ name: 'my.rules', content: source }] };
    assert.deepEqual(ruleset.coverage(), { rules, report: [condition] });
    await ruleset.evaluate(get());
    const values = [{ value: { boolValue: true }, count: 1 }];
    const names = [{ value: { stringValue: '1' }, count: 1 }];
    const report = [{ ...condition, values, children: [{ ...name, values: names }] }];
    assert.deepEqual(ruleset.coverage(), { rules, report });
  });

  it('counts every value of a condition, and nothing for what was not evaluated', async () => {
    const ruleset = counting(
      firestore('match /a/{id} { allow get: if request.auth != null && resource.data.n > 1; }'),
    );
    await ruleset.evaluate(get());
    for (const n of [1, 2, 3]) {
      await ruleset.evaluate(get({ auth: { uid: 'u' }, resource: { data: { n } } }));
    }
    assert.deepEqual(countsOf(ruleset), {
      'request.auth != null && resource.data.n > 1': { [FALSE]: 2, [TRUE]: 2 },
      'request.auth != null': { [FALSE]: 1, [TRUE]: 3 },
      'request.auth': { '{"nullValue":null}': 1, '{"mapValue":{}}': 3 },
      request: { '{"mapValue":{}}': 4 },
      'resource.data.n > 1': { [FALSE]: 1, [TRUE]: 2 },
      'resource.data.n': { '{"intValue":"1"}': 1, '{"intValue":"2"}': 1, '{"intValue":"3"}': 1 },
      'resource.data': { '{"mapValue":{}}': 3 },
      resource: { '{"mapValue":{}}': 3 },
    });
  });

  it('keeps an error with its cause and place', async () => {
    const ruleset = counting(
      firestore('match /a/{id} {\nallow get: if resource.data.x || true; }'),
    );
    await ruleset.evaluate(get({ resource: { data: {} } }));
    const error = {
      undefined: {
        sourcePosition: { line: 3, column: 15 },
        causeMessage: 'Property x is undefined on object.',
      },
    };
    const counts = countsOf(ruleset);
    assert.deepEqual(counts['resource.data.x'], { [JSON.stringify(error)]: 1 });
    assert.deepEqual(counts['resource.data.x || true'], { [TRUE]: 1 });
  });

  it('covers functions and their bindings, parentheses, methods and paths', async () => {
    const ruleset = counting(
      firestore(
        `function f(x) { let y = (x + 1); return math.abs(y) in [2]; }
         function unused() { return f(1); }
         match /a/{id} { allow get: if f(1) && exists(/databases/$(database)/documents/b/c); }`,
      ),
    );
    await ruleset.evaluate(get({ documents: { [`${root}/b/c`]: {} } }));
    const counts = countsOf(ruleset);
    assert.deepEqual(counts['(x + 1)'], { '{"intValue":"2"}': 1 });
    assert.deepEqual(counts['math.abs(y) in [2]'], { [TRUE]: 1 });
    assert.deepEqual(counts['exists(/databases/$(database)/documents/b/c)'], { [TRUE]: 1 });
    assert.deepEqual(counts['database'], { '{"stringValue":"(default)"}': 1 });
    assert.deepEqual(Object.keys(counts).slice(0, 3), ['(x + 1)', 'x', 'math.abs(y) in [2]']);
    assert.ok(!('math' in counts) && !('1' in counts));
  });

  it('reports nothing of constants, and counts nothing unless asked to', async () => {
    const constant = counting(firestore('match /a/{id} { allow get: if true; allow list; }'));
    await constant.evaluate(get());
    assert.equal(constant.coverage().report, undefined);
    const { ruleset } = compileRules(
      firestore("match /a/{id} { allow get: if id == '1'; }"),
      'cloud.firestore',
    );
    assert.ok(ruleset);
    await ruleset.evaluate(get());
    assert.deepEqual(countsOf(ruleset), { "id == '1'": {}, id: {} });
  });

  it('keeps a bounded number of values, each of bounded length', async () => {
    const ruleset = counting(firestore('match /a/{id} { allow get: if resource.data.s == id; }'));
    for (let i = 0; i < 100; i += 1) {
      await ruleset.evaluate(get({ resource: { data: { s: `${i}${'x'.repeat(1000)}` } } }));
    }
    const counts = countsOf(ruleset)['resource.data.s'] ?? {};
    assert.equal(Object.keys(counts).length, 51);
    assert.equal(counts['{}'], 50);
    assert.ok(Object.keys(counts).every((key) => key.length < 300));
  });
});
