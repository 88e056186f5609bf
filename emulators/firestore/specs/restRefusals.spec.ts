import assert from 'node:assert/strict';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

const ROOT = `/v1/projects/${PROJECT}/databases/(default)/documents`;

describe('REST, refusing requests', () => {
  let harness: Harness;

  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());

  /** The status that a request gets, and the error in its body. */
  const refusal = async (
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = { authorization: 'Bearer owner' },
  ): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${harness.emulator.port}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    const json = (await answer.json()) as unknown;
    const { error } = (Array.isArray(json) ? json[0] : json) as {
      error: { code: number; status: string; message: string };
    };
    assert.equal(error.code, answer.status);
    return `${error.code} ${error.status}: ${error.message}`;
  };
  const invalid = (reason: string): string =>
    `400 INVALID_ARGUMENT: Invalid JSON payload received. ${reason}`;

  it('that are no JSON', async () => {
    const commit = `${ROOT}:commit`;
    assert.equal(await refusal('POST', commit, 'writes'), invalid('Unexpected token.'));
    assert.equal(await refusal('POST', commit, '{"writes":'), invalid('Unexpected end of string.'));
    const reason = 'Unknown name "": Root element must be a message.';
    for (const body of ['[]', '1', 'null']) {
      assert.equal(await refusal('POST', commit, body), invalid(reason));
    }
    assert.equal(await refusal('PATCH', `${ROOT}/a/1`, '"text"'), invalid(reason));
  });

  it('that have fields which there are not', async () => {
    assert.equal(
      await refusal('POST', `${ROOT}:runQuery`, '{"structuredQuery":{"form":[]}}'),
      invalid(`Unknown name "form" at 'structured_query': Cannot find field.`),
    );
    assert.equal(
      await refusal('POST', `${ROOT}/a`, '{"data":{}}'),
      invalid(`Unknown name "data" at 'document': Cannot find field.`),
    );
  });

  it('that have parameters which there are not, or of other types', async () => {
    const unknown = (name: string): string =>
      invalid(
        `Unknown name "${name}": Cannot bind query parameter. ` +
          `Field '${name}' could not be found in request message.`,
      );
    assert.equal(await refusal('GET', `${ROOT}/a/1?what=2`), unknown('what'));
    assert.equal(await refusal('GET', `${ROOT}/a/1?toString=2`), unknown('toString'));
    assert.equal(await refusal('GET', `${ROOT}/a/1?mask.paths=2`), unknown('mask.paths'));
    assert.equal(
      await refusal('GET', `${ROOT}/a?pageSize=many`),
      `400 INVALID_ARGUMENT: Invalid value at 'page_size' (TYPE_INT32), "many"`,
    );
    assert.equal(
      await refusal('GET', `${ROOT}/a?showMissing=perhaps`),
      `400 INVALID_ARGUMENT: Invalid value at 'show_missing' (TYPE_BOOL), "perhaps"`,
    );
  });

  it('that are for administrators, of others', async () => {
    const refused = (what: string): string =>
      `403 PERMISSION_DENIED: ${what} require admin authentication.`;
    assert.equal(await refusal('POST', `${ROOT}:batchWrite`, '{}', {}), refused('Batch writes'));
    assert.equal(
      await refusal('POST', `${ROOT}:listCollectionIds`, '{}', {}),
      refused('Metadata operations'),
    );
  });

  it('that have a path or a verb of no method', async () => {
    assert.match(await refusal('POST', `${ROOT}:nothing`, '{}'), /^404 NOT_FOUND/);
    assert.match(await refusal('GET', `${ROOT}:commit`), /^404 NOT_FOUND/);
    assert.match(await refusal('PUT', `${ROOT}/a/1`, '{}'), /^404 NOT_FOUND/);
    assert.match(await refusal('GET', '/v1/projects'), /^404 NOT_FOUND/);
    assert.match(await refusal('GET', `${ROOT}/a/%zz`), /^400 INVALID_ARGUMENT/);
  });
});
