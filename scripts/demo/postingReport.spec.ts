import assert from 'node:assert/strict';
import type { AnalyticsData, Post, PostPreview } from '@quikthread/contract';
import { analyticsPart, dollars, postingPart } from './postingReport.js';

const post: Post = {
  postId: 'post',
  userId: 'user',
  jobId: 'job',
  threadIndex: 0,
  status: 'completed',
  tweets: ['one', 'two'],
  tweetIds: ['11', '12'],
  postedCount: 2,
  threadUrl: 'http://x.example/ada/status/11',
  username: 'ada',
  scheduledAt: null,
  postedAt: '2026-11-21T10:00:00Z',
  resumesAt: null,
  error: null,
  errorCode: null,
  missingTweetIds: [],
  createdAt: '2026-11-21T10:00:00Z',
  updatedAt: '2026-11-21T10:00:00Z',
};

const preview: PostPreview = {
  tweets: [],
  estimatedCharge: 0.03,
  prices: { date: '2026-11-01', post: 0.015, postWithLink: 0.2 },
};

const days = ['15', '16', '17', '18', '19', '20', '21'];
const analytics: AnalyticsData = {
  totalImpressions: 12_345,
  totalReach: 8000,
  totalReachMethod: 'method',
  totalLikes: 200,
  totalEngagements: 300,
  weekOverWeekGrowth: null,
  postsThisWeek: 1,
  engagementTrend: days.map((day) => ({
    date: `2026-11-${day}`,
    engagements: day === '21' ? 300 : day === '20' ? 150 : 0,
  })),
  topPosts: [],
  threads: [
    {
      postId: 'post',
      title: 'one',
      threadUrl: 'http://x.example/ada/status/11',
      postedAt: '2026-11-21T10:00:00Z',
      impressions: 12_345,
      engagements: 300,
      tweets: [
        {
          position: 1,
          tweetId: '11',
          impressions: 8000,
          engagements: 200,
          dropOff: null,
          linkClicks: null,
          profileClicks: null,
        },
        {
          position: 2,
          tweetId: '12',
          impressions: 4345,
          engagements: 100,
          dropOff: 0.4569,
          linkClicks: null,
          profileClicks: null,
        },
      ],
      readersStopAfter: 1,
      missingTweets: 0,
      history: [],
    },
  ],
  deletedPosts: 0,
  timeZone: 'UTC',
  asOf: '2026-11-21T11:00:00.000Z',
};

describe("the demo's report of a posted thread", () => {
  it('says who posted it, where it is, and what X would charge', () => {
    const account = { username: 'ada', name: 'Ada', connectedAt: post.createdAt };
    const text = postingPart({ xAccount: { ...account, status: 'connected' }, preview, post });
    assert.match(text, /^Posted as @ada: 2 tweets, an estimated \$0\.03 at .* of 2026-11-01\n/);
    assert.ok(text.includes('\n  http://x.example/ada/status/11\n'));
  });

  it('shows fractions of a cent where there are any', () => {
    assert.deepEqual([0, 0.015, 0.2, 1.215].map(dollars), ['$0.00', '$0.015', '$0.20', '$1.215']);
  });
});

describe("the demo's report of analytics", () => {
  const lines = analyticsPart(analytics).split('\n');
  const has = (line: string) => {
    assert.ok(lines.includes(line), lines.join('\n'));
  };

  it('has the totals', () => {
    has('  Impressions              12,345');
    has('  Engagements                 300');
    has('  Week over week   no week before');
  });

  it('draws the days to scale', () => {
    has(`  2026-11-21          300  ${'█'.repeat(30)}`);
    has(`  2026-11-20          150  ${'█'.repeat(15)}`);
    has('  2026-11-19            0');
  });

  it('follows readers from tweet to tweet', () => {
    has('  Tweet  Impressions  Engagements  Drop-off');
    has('  1            8,000          200');
    has('  2            4,345          100    45.7 %');
    has('  Most readers stop after 1.');
  });

  it('has a growth in percent, and no thread where there is none', () => {
    const text = analyticsPart({ ...analytics, weekOverWeekGrowth: -12.34, threads: [] });
    assert.match(text, /Week over week +-12\.3 %/);
    assert.doesNotMatch(text, /Tweet/);
  });
});
