import assert from 'node:assert/strict';
import { Harness } from './harness.js';

describe('X stand-in: pages', () => {
  const x = new Harness();
  let token: string;
  before(() => x.start());
  after(() => x.stop());
  beforeEach(async () => {
    token = (await x.connect('alice')).access;
  });
  afterEach(() => x.control('DELETE', ''));

  async function page(path: string): Promise<{ status: number; html: string }> {
    const response = await fetch(`${x.url}${path}`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
    return { status: response.status, html: await response.text() };
  }
  const orderOf = (html: string) => [...html.matchAll(/id="t(\d+)"/g)].map(([, id]) => id);

  it('shows threads in order, the newest first', async () => {
    const [older, newer] = [
      await x.thread(token, ['a one', 'a two', 'a three']),
      await x.thread(token, ['b one', 'b two']),
    ];
    const { status, html } = await page('/Alice');
    assert.equal(status, 200);
    assert.deepEqual(orderOf(html), [...newer, ...older]);
    assert.match(html, /5 posts/);
  });

  it('shows one conversation', async () => {
    const thread = await x.thread(token, ['one', 'two']);
    await x.tweet(token, 'another');
    const { html } = await page(`/alice/status/${thread[1] ?? ''}`);
    assert.deepEqual(orderOf(html), thread);
    assert.match(html, new RegExp(`id="t${thread[1] ?? ''}" class=" marked"`));
  });

  it('says where a tweet of a thread is gone', async () => {
    const [, middle = '', last] = await x.thread(token, ['one', 'two', 'three']);
    await x.control('POST', `/tweets/${middle}`, { deleted: true });
    const { html } = await page('/alice');
    assert.equal(orderOf(html).at(-1), last);
    assert.match(html, /This Post is unavailable/);
  });

  it('escapes whatever was posted', async () => {
    const hostile =
      '<script>alert(1)</script> "><img src=x onerror=alert(1)> https://a.org/"onclick="x';
    await x.tweet(token, hostile);
    await x.control('POST', '/accounts/alice', { name: '<b>Alice</b>' });
    const { html } = await page('/alice');
    assert.ok(!/<script|<img|<b>Alice<|"onclick/.test(html), html);
    assert.match(html, /&lt;script&gt;/);
  });

  it('links mentions, hashtags and addresses', async () => {
    await x.tweet(token, 'Hi @bob, #bread at example.com');
    const { html } = await page('/alice');
    assert.match(html, /<a href="\/bob">@bob<\/a>/);
    assert.match(html, /<span class="tag">#bread<\/span>/);
    assert.match(html, /<a href="http:\/\/example\.com"[^>]*>example\.com<\/a>/);
  });

  it('has no page for what is not there', async () => {
    assert.equal((await page('/nobody')).status, 404);
    assert.equal((await page('/alice/status/1')).status, 404);
    assert.equal((await fetch(`${x.url}/2/lists`)).status, 404);
  });
});
