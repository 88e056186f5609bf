import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { assertJobError } from '../../testing/jobErrors.js';
import { json, startScriptedServer } from '../../testing/scriptedServer.js';
import type { ScriptedServer } from '../../testing/scriptedServer.js';
import { createXClient } from './client.js';
import type { XClientOptions } from './client.js';
import type { XLimit } from './limits.js';

const TOKEN = 'x-access-token-0123456789';
const PROBLEMS = 'https://api.twitter.com/2/problems';
const { signal } = new AbortController();

const publicMetrics = {
  impression_count: 900,
  like_count: 12,
  retweet_count: 3,
  reply_count: 2,
  bookmark_count: 5,
  quote_count: 1,
};
const publicOnly = { linkClicks: null, profileClicks: null, engagements: null };
const counts = { impressions: 900, likes: 12, retweets: 3, replies: 2, bookmarks: 5, quotes: 1 };

const notFound = (id: string) => ({
  value: id,
  resource_id: id,
  parameter: 'ids',
  resource_type: 'tweet',
  title: 'Not Found Error',
  type: `${PROBLEMS}/resource-not-found`,
});
const fieldRefused = (id: string, field: string) => ({
  value: id,
  resource_id: id,
  field,
  parameter: 'ids',
  title: 'Field Authorization Error',
  type: `${PROBLEMS}/not-authorized-for-field`,
});

describe('X client', () => {
  let server: ScriptedServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function clientFor(
    replies: readonly ((response: ServerResponse) => void)[],
    options: Partial<XClientOptions> = {},
  ) {
    server = await startScriptedServer(...replies);
    return createXClient({
      credentials: { accessToken: TOKEN },
      apiBaseUrl: server.url,
      ...options,
    });
  }

  it('tells whose account it is', async () => {
    const user = { id: '17', username: 'ada', name: 'Ada L.' };
    const client = await clientFor([json(200, { data: user })]);
    assert.deepEqual(await client.me(signal), { xUserId: '17', username: 'ada', name: 'Ada L.' });
    assert.equal(server?.seen[0]?.path, '/2/users/me');
    assert.equal(server.seen[0].headers.authorization, `Bearer ${TOKEN}`);
  });

  it("signs as the operator's account by OAuth 1.0a", async () => {
    const credentials = {
      appKey: 'app-key',
      appSecret: 'app-secret',
      accessToken: 'own-token',
      accessSecret: 'own-secret',
    };
    const client = await clientFor([json(201, { data: { id: '7', text: '' } })], { credentials });
    await client.postTweet({ text: 'Hello', inReplyTo: null }, signal);
    const header = server?.seen[0]?.headers.authorization ?? '';
    assert.match(header, /^OAuth oauth_consumer_key="app-key",/);
    assert.match(header, /oauth_token="own-token"/);
    assert.doesNotMatch(header, /secret/);
  });

  it('posts a tweet, and a reply, and gives its id whole', async () => {
    const created = json(201, { data: { id: '1700000000000000019', text: 'x' } });
    const client = await clientFor([created, created]);
    const id = await client.postTweet({ text: 'One & “two”', inReplyTo: null }, signal);
    assert.equal(id, '1700000000000000019');
    await client.postTweet({ text: 'Three', inReplyTo: id }, signal);
    const [first, second] = server?.seen ?? [];
    assert.deepEqual([first?.method, first?.path], ['POST', '/2/tweets']);
    assert.deepEqual(JSON.parse(first?.body ?? ''), { text: 'One & “two”' });
    assert.deepEqual(JSON.parse(second?.body ?? ''), {
      text: 'Three',
      reply: { in_reply_to_tweet_id: '1700000000000000019' },
    });
  });

  it('tells what the limits have left after a post and after a refused one, not after a look', async () => {
    const headers = {
      'x-rate-limit-limit': '100',
      'x-rate-limit-remaining': '41',
      'x-rate-limit-reset': '1795262400',
      'x-user-limit-24hour-remaining': '0',
      'x-user-limit-24hour-reset': '1795348800',
      'x-app-limit-24hour-remaining': 'many',
      'x-app-limit-24hour-reset': '1795348800',
    };
    const told: (readonly XLimit[])[] = [];
    const client = await clientFor(
      [
        json(201, { data: { id: '7' } }, headers),
        json(429, {}, headers),
        json(200, { data: { id: '17', username: 'ada', name: 'Ada' } }, headers),
        json(201, { data: { id: '8' } }),
      ],
      { onLimits: (limits) => told.push(limits) },
    );
    const tweet = { text: 'Hello', inReplyTo: null };
    await client.postTweet(tweet, signal);
    await assert.rejects(client.postTweet(tweet, signal));
    await client.me(signal);
    await client.postTweet(tweet, signal);
    const limits = [
      { scope: 'window', remaining: 41, resetsAt: new Date(1_795_262_400_000) },
      { scope: 'user_day', remaining: 0, resetsAt: new Date(1_795_348_800_000) },
    ];
    assert.deepEqual(told, [limits, limits]);
  });

  it('deletes a tweet, and minds none that is gone', async () => {
    const gone = { type: `${PROBLEMS}/resource-not-found`, title: 'Not Found Error' };
    const client = await clientFor([
      json(200, { data: { deleted: true } }),
      json(404, gone),
      json(404, { title: 'Not Found', type: 'about:blank' }),
      json(200, { data: { deleted: false } }),
    ]);
    await client.deleteTweet('7', signal);
    assert.deepEqual([server?.seen[0]?.method, server?.seen[0]?.path], ['DELETE', '/2/tweets/7']);
    await client.deleteTweet('7', signal);
    await assertJobError(client.deleteTweet('7', signal), ['x_refused', 'never'], [TOKEN]);
    await assertJobError(client.deleteTweet('7', signal), ['x_unavailable', 'later'], [TOKEN]);
  });

  describe("the account's tweets", () => {
    const createdAt = '2026-11-21T12:00:00.000Z';

    it('come as they were sent: links expanded, entities decoded once, long ones whole', async () => {
      const link = 'https://example.com/?a=1&b=$&';
      const client = await clientFor([
        json(200, {
          data: [
            {
              id: '9',
              text: 'Cut …',
              created_at: createdAt,
              note_tweet: { text: 'Long &amp; whole' },
              referenced_tweets: [
                { type: 'quoted', id: '3' },
                { type: 'replied_to', id: '8' },
              ],
            },
            {
              id: '8',
              text: '1 &lt; 2 &amp;lt; https://t.co/abc https://t.co/abcd https://t.co/other',
              created_at: createdAt,
              entities: {
                urls: [
                  { url: 'https://t.co/abc', expanded_url: link },
                  { url: 'https://t.co/abcd', expanded_url: 'http://bare.example' },
                ],
              },
            },
          ],
          meta: { result_count: 2 },
        }),
      ]);
      const since = new Date('2026-11-21T11:59:00.999Z');
      assert.deepEqual(await client.tweetsSince('17', since, signal), [
        { tweetId: '9', text: 'Long & whole', inReplyTo: '8', createdAt: new Date(createdAt) },
        {
          tweetId: '8',
          text: `1 < 2 &lt; ${link} http://bare.example https://t.co/other`,
          inReplyTo: null,
          createdAt: new Date(createdAt),
        },
      ]);
      assert.equal(server?.seen[0]?.path, '/2/users/17/tweets');
      assert.deepEqual(Object.fromEntries(server.seen[0].query), {
        start_time: '2026-11-21T11:59:00Z',
        max_results: '100',
        exclude: 'retweets',
        'tweet.fields': 'created_at,entities,note_tweet,referenced_tweets',
      });
    });

    it('are read page by page, three at most', async () => {
      const page = (id: string) =>
        json(200, {
          data: [{ id, text: id, created_at: createdAt }],
          meta: { result_count: 1, next_token: `after-${id}` },
        });
      const client = await clientFor([page('9'), page('8'), page('7'), page('6')]);
      const tweets = await client.tweetsSince('17', new Date(createdAt), signal);
      assert.deepEqual(
        tweets.map(({ tweetId }) => tweetId),
        ['9', '8', '7'],
      );
      assert.deepEqual(
        server?.seen.map(({ query }) => query.get('pagination_token')),
        [null, 'after-9', 'after-8'],
      );
    });

    it('may be none, but an answer that tells of none is no answer', async () => {
      const client = await clientFor([
        json(200, { meta: { result_count: 0 } }),
        json(200, {}),
        json(200, { meta: { result_count: 2 } }),
      ]);
      assert.deepEqual(await client.tweetsSince('17', new Date(createdAt), signal), []);
      for (let i = 0; i < 2; i += 1) {
        const work = client.tweetsSince('17', new Date(createdAt), signal);
        await assertJobError(work, ['x_unavailable', 'later'], [TOKEN]);
      }
    });
  });

  describe('metrics', () => {
    it('come for all tweets by one call, the missing ones named', async () => {
      const hidden = { value: '4', type: `${PROBLEMS}/not-authorized-for-resource` };
      const client = await clientFor([
        json(200, {
          data: [{ id: '1', text: 'x', public_metrics: publicMetrics }],
          errors: [notFound('2'), hidden],
        }),
      ]);
      assert.deepEqual(await client.metrics(['1', '2', '3', '4'], false, signal), {
        found: [{ tweetId: '1', ...counts, ...publicOnly }],
        missing: ['2', '4'],
      });
      assert.equal(server?.seen.length, 1);
      assert.deepEqual(Object.fromEntries(server.seen[0]?.query ?? []), {
        ids: '1,2,3,4',
        'tweet.fields': 'public_metrics',
      });
    });

    it('may be of tweets that are missing all', async () => {
      const client = await clientFor([json(200, { errors: [notFound('2')] })]);
      const answer = await client.metrics(['2'], true, signal);
      assert.deepEqual([answer.found, answer.missing], [[], ['2']]);
    });

    it('have private ones where X gives them, null where it does not', async () => {
      const own = { impression_count: 900, user_profile_clicks: 4, engagements: 31 };
      const client = await clientFor([
        json(200, {
          data: [
            { id: '1', public_metrics: publicMetrics, non_public_metrics: own },
            {
              id: '2',
              public_metrics: publicMetrics,
              non_public_metrics: { ...own, url_link_clicks: 6 },
            },
            { id: '3', public_metrics: publicMetrics, organic_metrics: { user_profile_clicks: 2 } },
            { id: '4', public_metrics: publicMetrics },
          ],
          errors: [fieldRefused('4', 'non_public_metrics.engagements')],
        }),
      ]);
      const { found, missing } = await client.metrics(['1', '2', '3', '4'], true, signal);
      assert.deepEqual(
        found.map(({ linkClicks, profileClicks, engagements }) => [
          linkClicks,
          profileClicks,
          engagements,
        ]),
        [
          [0, 4, 31],
          [6, 4, 31],
          [0, 2, null],
          [null, null, null],
        ],
      );
      assert.deepEqual(missing, []);
      assert.equal(
        server?.seen[0]?.query.get('tweet.fields'),
        'public_metrics,non_public_metrics,organic_metrics',
      );
    });

    it('are asked for again without the private ones where X left the whole tweet out', async () => {
      const client = await clientFor([
        json(200, {
          data: [{ id: '1', public_metrics: publicMetrics }],
          errors: [
            fieldRefused('2', 'non_public_metrics.engagements'),
            fieldRefused('2', 'organic_metrics.like_count'),
            fieldRefused('3', 'non_public_metrics.engagements'),
            notFound('4'),
          ],
        }),
        json(200, { data: [{ id: '2', public_metrics: publicMetrics }], errors: [notFound('3')] }),
      ]);
      const { found, missing } = await client.metrics(['1', '2', '3', '4'], true, signal);
      assert.deepEqual(found, [
        { tweetId: '1', ...counts, ...publicOnly },
        { tweetId: '2', ...counts, ...publicOnly },
      ]);
      assert.deepEqual(missing, ['4', '3']);
      assert.deepEqual(Object.fromEntries(server?.seen[1]?.query ?? []), {
        ids: '2,3',
        'tweet.fields': 'public_metrics',
      });
    });

    it('of no tweets cost no call, and of over a hundred are a mistake', async () => {
      const client = await clientFor([]);
      assert.deepEqual(await client.metrics([], true, signal), { found: [], missing: [] });
      const ids = Array.from({ length: 101 }, (_, i) => String(i));
      await assert.rejects(client.metrics(ids, false, signal), RangeError);
      assert.equal(server?.seen.length, 0);
    });

    it('that lack a count, or say nothing at all, are no answer', async () => {
      const client = await clientFor([
        json(200, { data: [{ id: '1', public_metrics: { like_count: 1 } }] }),
        json(200, {}),
      ]);
      for (let i = 0; i < 2; i += 1) {
        const work = client.metrics(['1'], false, signal);
        await assertJobError(work, ['x_unavailable', 'later'], [TOKEN]);
      }
    });
  });
});
