import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createVault } from './vault.js';
import type { SealContext } from './vault.js';

const newKey = (): string => randomBytes(32).toString('base64');
const context: SealContext = { userId: 'ada', purpose: 'token' };
const TOKEN = 'access token é 😀';

describe('the vault', () => {
  const keyA = `a:${newKey()}`;
  const keyB = `b:${newKey()}`;
  const vault = createVault(keyA);

  it('gives back what was sealed, and seals the same text differently each time', () => {
    const [first, second] = [vault.seal(TOKEN, context), vault.seal(TOKEN, context)];
    assert.equal(vault.open(first, context), TOKEN);
    assert.equal(vault.open(second, context), TOKEN);
    assert.notEqual(first.ciphertext, second.ciphertext);
    assert.ok(!Buffer.from(first.ciphertext, 'base64').includes('access'));
    assert.equal(vault.open(vault.seal('', context), context), '');
  });

  it('opens nothing that was changed, at any byte, or cut', () => {
    const sealed = vault.seal(TOKEN, context);
    const bytes = Buffer.from(sealed.ciphertext, 'base64');
    for (let i = 0; i < bytes.length; i += 1) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      assert.throws(() =>
        vault.open({ ...sealed, ciphertext: changed.toString('base64') }, context),
      );
    }
    for (const length of [0, 12, 27, bytes.length - 1]) {
      const ciphertext = bytes.subarray(0, length).toString('base64');
      assert.throws(() => vault.open({ ...sealed, ciphertext }, context));
    }
  });

  it("opens neither another user's text nor one sealed for another purpose", () => {
    const sealed = vault.seal(TOKEN, context);
    assert.throws(() => vault.open(sealed, { ...context, userId: 'bob' }));
    assert.throws(() => vault.open(sealed, { ...context, purpose: 'connection' }));
  });

  it('names a key that is not listed', () => {
    const sealed = vault.seal(TOKEN, context);
    assert.throws(() => createVault(keyB).open(sealed, context), /no key named a/);
  });

  it('opens nothing with another key under the same id', () => {
    const sealed = vault.seal(TOKEN, context);
    assert.throws(() => createVault(`a:${newKey()}`).open(sealed, context));
  });

  it('after a rotation seals with the new key and still opens what the old one sealed', () => {
    const old = vault.seal(TOKEN, context);
    const rotated = createVault(`${keyB}, ${keyA}`);
    assert.equal(rotated.open(old, context), TOKEN);
    const renewed = rotated.seal(TOKEN, context);
    assert.equal(renewed.keyId, 'b');
    assert.equal(createVault(keyB).open(renewed, context), TOKEN);
  });

  describe('refuses keys that are off, says which and how, and quotes none', () => {
    const good = newKey();
    const cases: Readonly<Record<string, readonly [string, RegExp]>> = {
      'an empty secret': ['', /entry 1: must be "keyId:base64"/],
      'a key without an id': [good, /entry 1: must be "keyId:base64"/],
      'an id without a key': [`${keyA},b:`, /entry 2: must be "keyId:base64"/],
      'a colon too many': [`a:${good}:c`, /entry 1: must be "keyId:base64"/],
      'a comma too many': [`${keyA},`, /entry 2: must be "keyId:base64"/],
      'a short key': [`${keyA},b:${randomBytes(16).toString('base64')}`, /entry 2: .* 32 bytes/],
      'a long key': [`b:${randomBytes(48).toString('base64')}`, /entry 1: .* 32 bytes/],
      'not base64': [`a:${'-'.repeat(43)}=`, /entry 1: .* 32 bytes/],
      'an id twice': [`${keyA},a:${newKey()}`, /two keys the same/],
    };
    for (const [name, [keyList, problem]] of Object.entries(cases)) {
      it(name, () => {
        assert.throws(
          () => createVault(keyList).seal(TOKEN, context),
          (error) => {
            assert.ok(error instanceof Error);
            assert.match(error.message, problem);
            const parts = keyList.split(/[:,]/).filter((part) => part.trim().length > 3);
            for (const part of parts) assert.ok(!error.message.includes(part), error.message);
            return true;
          },
        );
      });
    }
  });
});
