import assert from 'node:assert/strict';
import { JobError } from '../../platform/errors.js';
import { checkUrl } from './check.js';

const resolvesTo =
  (...addresses: string[]) =>
  () =>
    Promise.resolve(
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

async function refusal(link: string, ...addresses: string[]): Promise<JobError> {
  try {
    await checkUrl(link, { allowLoopback: false, resolve: resolvesTo(...addresses) });
  } catch (error) {
    if (error instanceof JobError) return error;
    throw error;
  }
  throw new Error(`${link} was not refused`);
}

describe('checkUrl', () => {
  it('answers the link and the addresses that it may be followed to', async () => {
    const resolve = resolvesTo('93.184.215.14', '2606:4700::1111');
    const checked = await checkUrl('https://example.com/talk.mp3', {
      allowLoopback: false,
      resolve,
    });
    assert.equal(checked.url.href, 'https://example.com/talk.mp3');
    assert.deepEqual(
      checked.addresses.map(({ address }) => address),
      ['93.184.215.14', '2606:4700::1111'],
    );
  });

  const links = [
    ...[
      'file:///etc/passwd',
      'ftp://example.com/a.mp3',
      'data:audio/mp3;base64,AA',
      'gopher://example.com',
    ],
    ...['not a link', 'https://', '//example.com/a.mp3'],
    ...['https://user:password@example.com/a.mp3', 'https://user@example.com/a.mp3'],
    ...[
      'http://127.0.0.1/',
      'http://127.1/',
      'http://2130706433/',
      'http://0x7f000001/',
      'http://0177.0.0.1/',
    ],
    ...['http://[::1]/', 'http://[::ffff:7f00:1]/', 'http://[fe80::1]/', 'http://0.0.0.0:8080/'],
    ...['http://169.254.169.254/computeMetadata/v1/', 'http://10.0.0.1/', 'http://192.168.0.1/'],
  ];
  for (const link of links) {
    it(`forbids ${link}, for good`, async () => {
      const error = await refusal(link, '93.184.215.14');
      assert.deepEqual([error.code, error.retry], ['url_forbidden', 'never']);
    });
  }

  it('forbids a name that resolves inside a network, also where only one of its addresses does', async () => {
    const metadata = await refusal('http://metadata.google.internal/', '169.254.169.254');
    const mixed = await refusal('https://example.com/', '93.184.215.14', '10.0.0.1');
    assert.deepEqual([metadata.code, mixed.code], ['url_forbidden', 'url_forbidden']);
  });

  it('leaves a name without addresses for later', async () => {
    const error = await refusal('https://example.invalid/');
    assert.deepEqual([error.code, error.retry], ['url_unreachable', 'later']);
  });

  it('names the host, and never the path or the query, which can hold tokens', async () => {
    const error = await refusal('https://example.com/private/abc?token=xyz', '10.0.0.1');
    assert.match(error.message, /example\.com/);
    assert.doesNotMatch(error.message, /abc|xyz/);
  });

  it('lets links to this machine pass where that is allowed, and no others', async () => {
    const allowLoopback = true;
    await checkUrl('http://127.0.0.1:8080/a.mp3', { allowLoopback });
    await checkUrl('http://localhost:8080/a.mp3', { allowLoopback });
    await assert.rejects(checkUrl('http://10.0.0.1/a.mp3', { allowLoopback }), {
      code: 'url_forbidden',
    });
  });
});
