import assert from 'node:assert/strict';
import type { Answer, DocumentRequest } from './protocol.js';
import { StorageRulesRuntime } from './runtime.js';
import type { TypedValue } from './typedValues.js';

const rules = (condition: string) =>
  `rules_version = '2';
   service firebase.storage { match /b/{bucket}/o { match /users/{id}/{file} {
     allow get, create: if ${condition}; } } }`;

/** A runtime with one ruleset, and everything that it has sent. */
class Harness {
  readonly sent: (Answer | DocumentRequest)[] = [];
  private readonly runtime = new StorageRulesRuntime((message) => this.sent.push(message));

  async load(content: string, id = 0): Promise<void> {
    const source = { files: [{ name: 'storage.rules', content }] };
    const context = { rulesetName: '0', source };
    await this.receive({ action: 'load_ruleset', context, id });
  }

  receive(message: object): Promise<void> {
    return this.runtime.receive(JSON.stringify(message));
  }

  /** A `verify` as the Storage emulator sends it. */
  verify(id: number, resource: TypedValue = { null_value: null }): Promise<void> {
    const fields: Record<string, TypedValue> = {
      path: { path_value: { segments: [{ simple: 'b' }] } },
      time: { timestamp_value: '2024-02-03T04:05:06.789Z' },
      resource,
      auth: { map_value: { fields: { uid: { string_value: 'u1' } } } },
    };
    const variables = { resource: { null_value: null }, request: { map_value: { fields } } };
    const path = '/b/bucket/o/users/u1/a.mp3';
    const context = { rulesetName: '0', service: 'firebase.storage', path, method: 'create' };
    return this.receive({ action: 'verify', context: { ...context, variables }, id });
  }

  last(): Answer | DocumentRequest | undefined {
    return this.sent.at(-1);
  }
}

const ok = (id: number, permit: boolean, warnings: readonly string[] = []) => ({
  ...{ id, status: 'ok', errors: [], warnings },
  result: { permit },
});

describe('Storage rules runtime', () => {
  it('loads a ruleset and says its version', async () => {
    const harness = new Harness();
    await harness.load(rules('true'), 7);
    assert.deepEqual(harness.sent, [
      { id: 7, status: 'ok', errors: [], warnings: [], result: { rulesVersion: 2 } },
    ]);
  });

  it('answers a ruleset with issues in the shape that the emulator logs', async () => {
    const harness = new Harness();
    await harness.load('service firebase.storage {\n match a { } }', 1);
    const answer = harness.last();
    assert.ok(answer && 'errors' in answer);
    const issue: unknown = JSON.parse(answer.errors[0] ?? '');
    assert.deepEqual(issue, {
      description_: "Unexpected 'a'. Expected '/'.",
      sourcePosition_: { fileName_: 'storage.rules', line_: '2:8', column_: 8 },
    });
  });

  it('takes a ruleset that has only warnings, and tells them apart from errors', async () => {
    const harness = new Harness();
    await harness.load(`${rules('true')} function unused() { return true; }`, 2);
    const answer = harness.last();
    assert.ok(answer && 'errors' in answer);
    assert.deepEqual([answer.errors, answer.result], [[], { rulesVersion: 2 }]);
    const [warning, ...others] = answer.warnings.map((text): unknown => JSON.parse(text));
    assert.deepEqual(others, []);
    assert.deepEqual(warning, {
      description_: 'Unused function: unused.',
      sourcePosition_: { fileName_: 'storage.rules', line_: '3:49', column_: 49 },
    });
  });

  it('decides with typed values of every kind', async () => {
    const harness = new Harness();
    await harness.load(
      rules(
        `request.auth.uid == id && request.resource == {'s': 'a', 'i': 1, 'f': 1.5, 'b': true,
         'n': null, 'l': [1], 'e': [1].toSet(), 't': request.time}
         && request.time.toMillis() == 1706933106789 && resource == null`,
      ),
    );
    const fields: Record<string, TypedValue> = {
      s: { string_value: 'a' },
      i: { int_value: 1 },
      f: { float_value: 1.5 },
      b: { bool_value: true },
      n: { null_value: null },
      l: { list_value: { values: [{ int_value: 1 }] } },
      e: { set_value: { values: [{ int_value: 1 }] } },
      t: { timestamp_value: '2024-02-03T04:05:06.789Z' },
    };
    await harness.verify(1, { map_value: { fields } });
    assert.deepEqual(harness.last(), ok(1, true));
    await harness.verify(2, { map_value: { fields: { ...fields, s: { string_value: 'b' } } } });
    const path = '/b/bucket/o/users/u1/a.mp3';
    assert.deepEqual(
      harness.last(),
      ok(2, false, [`create ${path} is denied: false for 'create' @ L3`]),
    );
  });

  it('asks the emulator for the documents that the rules read', async () => {
    const harness = new Harness();
    await harness.load(
      rules(`firestore.get(/databases/(default)/documents/users/$(id)).data ==
        {'i': 3, 'd': 0.5, 's': 'x', 'l': [true, null], 'm': {'b': b'hi'}, 'g': latlng.value(1, 2),
         't': timestamp.value(1500), 'r': /databases/(default)/documents/a/b}`),
    );
    const verified = harness.verify(4);
    assert.deepEqual(harness.last(), {
      server_request_id: 4,
      action: 'fetch_firestore_document',
      status: 'ok',
      context: { path: '/databases/(default)/documents/users/u1' },
    });
    const fields = {
      i: { integerValue: '3' },
      d: { doubleValue: 0.5 },
      s: { stringValue: 'x' },
      l: { arrayValue: { values: [{ booleanValue: true }, { nullValue: null }] } },
      m: { mapValue: { fields: { b: { bytesValue: 'aGk=' } } } },
      g: { geoPointValue: { latitude: 1, longitude: 2 } },
      t: { timestampValue: '1970-01-01T00:00:01.500Z' },
      r: { referenceValue: 'projects/p/databases/(default)/documents/a/b' },
    };
    const name = 'projects/p/databases/(default)/documents/users/u1';
    await harness.receive({ id: 4, status: 'ok', result: { name, fields }, errors: [] });
    await verified;
    assert.deepEqual(harness.last(), ok(4, true));
  });

  it('takes a document that is not found for none, and keeps two requests apart', async () => {
    const harness = new Harness();
    await harness.load(rules('firestore.exists(/databases/(default)/documents/users/$(id))'));
    const first = harness.verify(5);
    const second = harness.verify(6);
    const name = 'projects/p/databases/(default)/documents/users/u1';
    await harness.receive({ id: 6, status: 'not_found', warnings: [], errors: [] });
    await second;
    await harness.receive({ id: 5, status: 'ok', result: { name }, warnings: [], errors: [] });
    await first;
    const decisions = harness.sent.flatMap((message) =>
      'id' in message && message.result && 'permit' in message.result
        ? [[message.id, message.result.permit]]
        : [],
    );
    assert.deepEqual(decisions, [
      [6, false],
      [5, true],
    ]);
  });

  it('answers what it cannot do with an error under the same id, never with silence', async () => {
    const harness = new Harness();
    await harness.verify(8);
    await harness.receive({ id: 9, action: 'dance' });
    await harness.receive({ id: 10, status: 'not_found' });
    const answers = harness.sent.map((message) =>
      'id' in message ? [message.id, message.status, message.errors.length] : [],
    );
    assert.deepEqual(answers, [
      [8, 'ok', 1],
      [9, 'ok', 1],
      [10, 'ok', 1],
    ]);
  });
});
