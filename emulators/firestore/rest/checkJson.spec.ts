import assert from 'node:assert/strict';
import { methodDescriptions } from '../messages/protos.js';
import { FirestoreError } from '../model/status.js';
import type { Json } from './checkJson.js';
import { checkJson } from './checkJson.js';

const requestOf = (method: string) => {
  const found = methodDescriptions().find(({ name }) => name === method);
  assert.ok(found);
  return found.request;
};

const refusal = (method: string, json: Json): string => {
  try {
    checkJson(requestOf(method), json);
  } catch (error) {
    assert.ok(error instanceof FirestoreError);
    assert.equal(error.code, 3);
    return error.message;
  }
  return 'ok';
};

const query = (structuredQuery: Json): string => refusal('RunQuery', { structuredQuery });
const field = (value: unknown): string =>
  refusal('UpdateDocument', { document: { fields: { first: { nullValue: null }, a: value } } });

describe('the JSON of a request', () => {
  it('has no names that its message does not have', () => {
    const unknown = 'Invalid JSON payload received. Unknown name';
    assert.equal(
      query({ limitt: 1 }),
      `${unknown} "limitt" at 'structured_query': Cannot find field.`,
    );
    assert.equal(refusal('RunQuery', { x: 1 }), `${unknown} "x": Cannot find field.`);
    assert.equal(
      refusal('RunQuery', { constructor: 1 }),
      `${unknown} "constructor": Cannot find field.`,
    );
    assert.equal(
      query({ orderBy: [{}, { by: 'n' }] }),
      `${unknown} "by" at 'structured_query.order_by[1]': Cannot find field.`,
    );
    assert.equal(
      field({ StringValue: 'x' }),
      `${unknown} "StringValue" at 'document.fields[1].value': Cannot find field.`,
    );
  });

  it('has values of the types of its fields', () => {
    const at = `Invalid value at 'document.fields[1].value`;
    assert.equal(field({ integerValue: 'True' }), `${at}.integer_value' (TYPE_INT64), "True"`);
    assert.equal(field({ integerValue: 1.5 }), `${at}.integer_value' (TYPE_INT64), 1.5`);
    assert.equal(field({ stringValue: 7 }), `${at}.string_value' (TYPE_STRING), 7`);
    assert.equal(field({ booleanValue: 1 }), `${at}.boolean_value' (TYPE_BOOL), 1`);
    assert.equal(field({ doubleValue: 'x' }), `${at}.double_value' (TYPE_DOUBLE), "x"`);
    assert.equal(
      field({ bytesValue: '!!!' }),
      `${at}.bytes_value' (TYPE_BYTES), Base64 decoding failed for "!!!"`,
    );
    assert.equal(
      field({ timestampValue: 'today' }),
      `${at}.timestamp_value' (type.googleapis.com/google.protobuf.Timestamp), Field 'timestampValue', ` +
        `Illegal timestamp format; timestamps must end with 'Z' or have a valid timezone offset.`,
    );
    assert.equal(
      field({ mapValue: 'x' }),
      `${at}.map_value' (type.googleapis.com/google.firestore.v1.MapValue), "x"`,
    );
    assert.equal(
      field({ stringValue: {} }),
      `${at}' (string_value), Starting an object on a scalar field`,
    );
    assert.equal(
      query({ limit: 2 ** 31 }),
      `Invalid value at 'structured_query.limit.value' (TYPE_INT32), 2147483648`,
    );
  });

  it('has enums by known names', () => {
    assert.equal(
      query({ orderBy: [{ direction: 'desc' }] }),
      `Invalid value at 'structured_query.order_by[0].direction' ` +
        `(type.googleapis.com/google.firestore.v1.StructuredQuery.Direction), "desc"`,
    );
  });

  it('has lists only for what is repeated, and no lists for maps', () => {
    assert.equal(
      query({ limit: [1] }),
      `Invalid JSON payload received. Unknown name "limit" at 'structured_query': ` +
        'Proto field is not repeating, cannot start list.',
    );
    assert.equal(
      refusal('UpdateDocument', { document: { fields: [] } }),
      `Invalid value at 'document' (Map), Cannot bind a list to map for field 'fields'.`,
    );
  });

  it('has one of what excludes each other', () => {
    assert.equal(
      field({ stringValue: '', integerValue: '1' }),
      `Invalid value at 'document.fields[1].value' (oneof), oneof field 'value_type' is already set. ` +
        `Cannot set 'integerValue'`,
    );
    assert.equal(
      refusal('RunQuery', { transaction: '', readTime: '2026-01-01T00:00:00Z' }),
      `Invalid value (oneof), oneof field 'consistency_selector' is already set. Cannot set 'readTime'`,
    );
  });

  it('is told of all that is wrong, each with its place', () => {
    assert.throws(
      () => checkJson(requestOf('RunQuery'), { x: 1, structuredQuery: { y: 1 } }),
      (error) => {
        assert.ok(error instanceof FirestoreError);
        const [first, second] = error.message.split('\n');
        assert.deepEqual(error.details, [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [
              { description: first },
              { field: 'structured_query', description: second },
            ],
          },
        ]);
        return true;
      },
    );
  });

  it('may have other forms of the same', () => {
    const checked = checkJson(requestOf('RunQuery'), {
      parent: null,
      structured_query: {
        from: { collection_id: 'a' },
        where: { fieldFilter: { op: 5, field: { fieldPath: 'n' }, value: { nullValue: null } } },
        limit: { value: '5' },
        offset: '2',
      },
    });
    assert.deepEqual(checked, {
      structuredQuery: {
        from: [{ collectionId: 'a' }],
        where: {
          fieldFilter: { op: 'EQUAL', field: { fieldPath: 'n' }, value: { nullValue: null } },
        },
        limit: '5',
        offset: '2',
      },
    });
    for (const value of [
      { integerValue: 1 },
      { integerValue: '-9223372036854775808' },
      { doubleValue: 'NaN' },
      { doubleValue: '0.5' },
      { booleanValue: 'true' },
      { bytesValue: 'AP8B-_==' },
      { timestampValue: '2026-01-01T00:00:00.123456789+01:00' },
      { nullValue: 'NULL_VALUE' },
    ]) {
      assert.equal(field(value), 'ok');
    }
  });
});
