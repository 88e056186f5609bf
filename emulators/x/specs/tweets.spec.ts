import assert from 'node:assert/strict';
import { createdOf, Harness, listOf, refusalOf } from './harness.js';

const DUPLICATE = [403, 'You are not allowed to create a Tweet with duplicate content.'] as const;
const NO_PARENT = [
  403,
  'You attempted to reply to a Tweet that is deleted or not visible to you.',
] as const;

describe('X stand-in: tweets', () => {
  const x = new Harness();
  let token: string;
  let aliceId: string;
  before(() => x.start());
  after(() => x.stop());
  beforeEach(async () => {
    token = (await x.connect('alice')).access;
    const { body } = await x.call(token, 'GET', '/2/users/me');
    aliceId = /"id":"(\d+)"/.exec(JSON.stringify(body))?.[1] ?? '';
  });
  afterEach(() => x.control('DELETE', ''));

  const lookup = (ids: readonly string[], fields = '', as = token) =>
    x.call(as, 'GET', `/2/tweets?ids=${ids.join(',')}&tweet.fields=${fields}`);
  const timeline = (query = '') => x.call(token, 'GET', `/2/users/${aliceId}/tweets?${query}`);
  const textsOf = (list: ReturnType<typeof listOf>) => list.data.map(({ text }) => text);

  it('creates a tweet, and answers its text with t.co links and escapes', async () => {
    const tweet = createdOf(await x.tweet(token, ' 🥖 Salt & <yeast>: example.com/a?b=1&c=2 '));
    assert.match(tweet.id, /^\d{19}$/);
    assert.match(tweet.text, /^🥖 Salt &amp; &lt;yeast&gt;: https:\/\/t\.co\/\w{10}$/);
    const [read] = listOf(await lookup([tweet.id], 'entities')).data;
    assert.ok(read);
    assert.deepEqual(read.entities, {
      urls: [
        {
          start: 28,
          end: 51,
          url: tweet.text.slice(-23),
          expanded_url: 'http://example.com/a?b=1&c=2',
          display_url: 'example.com/a?b=1&c=2',
        },
      ],
    });
    assert.deepEqual(await x.posted('alice'), ['🥖 Salt & <yeast>: example.com/a?b=1&c=2']);
  });

  it('links a thread', async () => {
    const ids = await x.thread(token, ['one', 'two', 'three']);
    const fields = 'conversation_id,referenced_tweets,in_reply_to_user_id,created_at,author_id';
    const read = listOf(await lookup(ids, fields)).data;
    assert.deepEqual(
      read.map((tweet) => [tweet.id, tweet.conversation_id, tweet.referenced_tweets]),
      ids.map((id, i) => [
        id,
        ids[0],
        i === 0 ? undefined : [{ type: 'replied_to', id: ids[i - 1] }],
      ]),
    );
    assert.equal(read[0]?.in_reply_to_user_id, undefined);
    assert.equal(read[1]?.in_reply_to_user_id, aliceId);
    assert.equal(read[1].author_id, aliceId);
    assert.ok(!Number.isNaN(Date.parse(String(read[2]?.created_at))));
    assert.ok(ids.every((id, i) => i === 0 || BigInt(id) > BigInt(ids[i - 1] ?? 0)));
  });

  it('counts as X does: 280 by weight, 23 a link', async () => {
    assert.equal((await x.tweet(token, 'x'.repeat(280))).status, 201);
    assert.equal((await x.tweet(token, '面'.repeat(140))).status, 201);
    assert.equal(
      (await x.tweet(token, `${'x'.repeat(256)} https://a.test.org/${'y'.repeat(60)}`)).status,
      201,
    );
    for (const text of ['x'.repeat(281), '面'.repeat(141), `${'x'.repeat(257)} example.com`]) {
      const [status, detail] = refusalOf(await x.tweet(token, text));
      assert.equal(status, 400);
      assert.match(detail, /^Your Tweet text is too long\./);
    }
  });

  it('refuses what is no tweet', async () => {
    for (const body of [
      { text: '  ' },
      {},
      { text: 'a', reply: { in_reply_to_tweet_id: 'x' } },
      { txt: 'a' },
    ]) {
      const { status } = await x.call(token, 'POST', '/2/tweets', body);
      assert.equal(status, 400, JSON.stringify(body));
    }
    assert.deepEqual(await x.posted('alice'), []);
  });

  it('refuses a duplicate of its own for a day, deleted ones and those of others apart', async () => {
    const { id } = createdOf(await x.tweet(token, 'again'));
    assert.deepEqual(refusalOf(await x.tweet(token, ' again ')), DUPLICATE);
    const bob = await x.connect('bob');
    assert.equal((await x.tweet(bob.access, 'again')).status, 201);
    assert.equal((await x.call(token, 'DELETE', `/2/tweets/${id}`)).status, 200);
    assert.equal((await x.tweet(token, 'again')).status, 201);
    await x.advance(86_400);
    assert.equal((await x.tweet((await x.connect('alice')).access, 'again')).status, 201);
  });

  it('refuses a reply to a tweet that is deleted or never was', async () => {
    const [id = ''] = await x.thread(token, ['gone']);
    await x.call(token, 'DELETE', `/2/tweets/${id}`);
    assert.deepEqual(refusalOf(await x.tweet(token, 'reply', id)), NO_PARENT);
    assert.deepEqual(refusalOf(await x.tweet(token, 'reply', '123')), NO_PARENT);
  });

  it('lets a reply by API only to authors who mentioned the account', async () => {
    const bob = (await x.connect('bob')).access;
    const [silent, calling] = [
      createdOf(await x.tweet(bob, 'no one in particular')).id,
      createdOf(await x.tweet(bob, 'what do you say, @Alice?')).id,
    ];
    assert.match(refusalOf(await x.tweet(token, 'hi', silent))[1], /not been mentioned/);
    assert.equal((await x.tweet(token, 'hi', calling)).status, 201);
  });

  it('deletes once, and only for the author', async () => {
    const [id = ''] = await x.thread(token, ['mine']);
    const bob = (await x.connect('bob')).access;
    assert.equal((await x.call(bob, 'DELETE', `/2/tweets/${id}`)).status, 403);
    const deleted = await x.call(token, 'DELETE', `/2/tweets/${id}`);
    assert.deepEqual([deleted.status, deleted.body], [200, { data: { deleted: true } }]);
    assert.equal((await x.call(token, 'DELETE', `/2/tweets/${id}`)).status, 404);
  });

  it('names missing tweets beside those it has', async () => {
    const [kept = '', lost = ''] = await x.thread(token, ['kept', 'lost']);
    await x.control('POST', `/tweets/${lost}`, { deleted: true });
    const { data, errors } = listOf(await lookup([lost, kept]));
    assert.deepEqual(
      data.map(({ id }) => id),
      [kept],
    );
    assert.deepEqual(errors, [
      {
        value: lost,
        detail: `Could not find tweet with ids: [${lost}].`,
        title: 'Not Found Error',
        resource_type: 'tweet',
        parameter: 'ids',
        resource_id: lost,
        type: 'https://api.twitter.com/2/problems/resource-not-found',
      },
    ]);
    assert.ok(!('data' in Object((await lookup([lost])).body)));
  });

  it('looks up to 100 ids, and knows its fields', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1));
    assert.equal(listOf(await lookup(ids(100))).errors.length, 100);
    for (const reply of [
      await lookup(ids(101)),
      await lookup([]),
      await lookup(['x']),
      await lookup(['1'], 'metrics'),
    ]) {
      assert.equal(reply.status, 400);
    }
  });

  it('lists a timeline page by page, newest first', async () => {
    const texts = Array.from({ length: 12 }, (_, i) => `number ${i}`);
    const ids = await x.thread(token, texts);
    const first = listOf(await timeline('max_results=5'));
    assert.deepEqual(textsOf(first), [
      'number 11',
      'number 10',
      'number 9',
      'number 8',
      'number 7',
    ]);
    const next = `max_results=100&pagination_token=${first.meta?.next_token ?? ''}`;
    const second = listOf(await timeline(next));
    assert.equal(second.data.length, 7);
    assert.deepEqual(second.meta?.next_token, undefined);
    assert.deepEqual(textsOf(listOf(await timeline(`since_id=${ids[9] ?? ''}`))), [
      'number 11',
      'number 10',
    ]);
    assert.deepEqual(textsOf(listOf(await timeline('exclude=replies'))), ['number 0']);
    for (const query of [
      'max_results=4',
      'max_results=101',
      'start_time=now',
      'pagination_token=zz',
    ]) {
      assert.equal((await timeline(query)).status, 400, query);
    }
  });

  it('bounds a timeline by time', async () => {
    await x.tweet(token, 'before');
    await x.advance(60);
    const start = new Date(Date.now() + 30_000).toISOString();
    await x.tweet(token, 'after');
    assert.deepEqual(textsOf(listOf(await timeline(`start_time=${start}`))), ['after']);
    assert.deepEqual(textsOf(listOf(await timeline(`end_time=${start}`))), ['before']);
  });

  it('counts calls, tells of it in headers, and refuses those beyond the limit until the reset', async () => {
    await x.control('POST', '/limits', { create: { window: 2, app_day: 3 } });
    const first = await x.tweet(token, 'a');
    assert.equal(first.headers.get('x-rate-limit-limit'), '2');
    assert.equal(first.headers.get('x-rate-limit-remaining'), '1');
    assert.equal(first.headers.get('x-user-limit-24hour-limit'), '2400');
    assert.equal(first.headers.get('x-app-limit-24hour-remaining'), '2');
    await x.tweet(token, 'b');
    const refused = await x.tweet(token, 'c');
    assert.deepEqual(refusalOf(refused), [429, 'Too Many Requests']);
    assert.equal(refused.headers.get('x-rate-limit-remaining'), '0');
    const reset = Number(refused.headers.get('x-rate-limit-reset'));
    assert.ok(Math.abs(reset - (Date.now() / 1000 + 900)) < 60);
    const bob = (await x.connect('bob')).access;
    assert.equal((await x.tweet(bob, 'his own window, the last of the day')).status, 201);
    await x.advance(901);
    const day = await x.tweet(token, 'd');
    assert.equal(day.status, 429);
    assert.equal(day.headers.get('x-app-limit-24hour-remaining'), '0');
    assert.equal(day.headers.get('x-rate-limit-remaining'), '2');
  });

  it('grows figures with time, always the same way, fewer from tweet to tweet', async () => {
    const ids = await x.thread(token, ['one', 'two', 'three', 'four', 'five']);
    const impressions = async () => {
      const { data } = listOf(
        await lookup(ids, 'public_metrics', (await x.connect('alice')).access),
      );
      return data.map(
        (tweet) => (tweet.public_metrics as Record<string, number>).impression_count ?? -1,
      );
    };
    const series = [await impressions()];
    for (const seconds of [3600, 86_400, 5 * 86_400]) {
      await x.advance(seconds);
      series.push(await impressions());
    }
    for (const [i, now] of series.entries()) {
      const before = series[i - 1];
      if (before) assert.ok(now.every((count, tweet) => count > (before[tweet] ?? 0)));
      if (i > 0)
        assert.ok(now.every((count, tweet) => tweet === 0 || count < (now[tweet - 1] ?? 0)));
    }
    const [, second = ''] = ids;
    await x.control('POST', `/tweets/${second}`, { deleted: true });
    assert.deepEqual(
      await impressions(),
      series.at(-1)?.filter((_, i) => i !== 1),
    );
  });

  it('answers figures that were set', async () => {
    const [id = ''] = await x.thread(token, ['famous']);
    await x.control('POST', `/tweets/${id}`, {
      metrics: { impression_count: 5000, like_count: 7 },
    });
    const [tweet] = listOf(
      await lookup([id], 'public_metrics,non_public_metrics,organic_metrics'),
    ).data;
    const zero = { retweet_count: 0, reply_count: 0 };
    assert.deepEqual(tweet?.public_metrics, {
      ...zero,
      like_count: 7,
      quote_count: 0,
      bookmark_count: 0,
      impression_count: 5000,
    });
    assert.deepEqual(tweet.non_public_metrics, { impression_count: 5000, user_profile_clicks: 0 });
    assert.deepEqual(tweet.organic_metrics, {
      ...zero,
      like_count: 7,
      impression_count: 5000,
      user_profile_clicks: 0,
    });
  });

  it('gives private figures to the author alone, and for 30 days', async () => {
    const [id = ''] = await x.thread(token, ['private']);
    const bob = (await x.connect('bob')).access;
    const strange = listOf(await lookup([id], 'non_public_metrics', bob));
    assert.deepEqual(strange.data, []);
    assert.equal(strange.errors.length, 3);
    assert.equal(
      strange.errors[0]?.type,
      'https://api.twitter.com/2/problems/not-authorized-for-field',
    );
    assert.equal(listOf(await lookup([id], 'public_metrics', bob)).data.length, 1);
    await x.advance(30 * 86_400 + 60);
    const later = (await x.connect('alice')).access;
    assert.deepEqual(listOf(await lookup([id], 'organic_metrics', later)).data, []);
  });
});
