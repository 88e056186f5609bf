import type { AnalyticsData, Post, PostPreview, XAccount } from '@quikthread/contract';

/** What came of posting a thread. */
export interface Posting {
  readonly xAccount: XAccount;
  readonly preview: PostPreview;
  readonly post: Post;
}

type ThreadPerformance = AnalyticsData['threads'][number];

const TITLE_CHARACTERS = 60;
const BAR_WIDTH = 30;

/** Where the thread is, and what posting it would have cost. */
export function postingPart({ xAccount, preview, post }: Posting): string {
  const { prices, estimatedCharge } = preview;
  const charge = `an estimated ${dollars(estimatedCharge)} at X’s prices of ${prices.date}`;
  return [
    `Posted as @${xAccount.username}: ${post.postedCount} tweets, ${charge}`,
    `  ${post.threadUrl ?? ''}`,
    '  (a page of the X stand-in, there as long as the platform runs: see npm start)',
  ].join('\n');
}

/** X's charges are fractions of a cent at times: $0.015. */
export function dollars(amount: number): string {
  return `$${amount.toFixed(3).replace(/0$/, '')}`;
}

/** Totals, the last seven days, and the newest thread tweet by tweet. */
export function analyticsPart(analytics: AnalyticsData): string {
  return [
    `Analytics as of ${analytics.asOf}, days by ${analytics.timeZone}`,
    totals(analytics),
    trend(analytics),
    ...analytics.threads.slice(0, 1).map(dropOffs),
  ].join('\n\n');
}

function totals(analytics: AnalyticsData): string {
  const { weekOverWeekGrowth: growth } = analytics;
  return table([
    ['Impressions', count(analytics.totalImpressions)],
    ['Reach', count(analytics.totalReach)],
    ['Likes', count(analytics.totalLikes)],
    ['Engagements', count(analytics.totalEngagements)],
    ['Posts this week', count(analytics.postsThisWeek)],
    ['Week over week', growth === null ? 'no week before' : `${growth.toFixed(1)} %`],
  ]);
}

function trend({ engagementTrend }: AnalyticsData): string {
  const most = Math.max(1, ...engagementTrend.map(({ engagements }) => engagements));
  const rows = engagementTrend.map(({ date, engagements }) => {
    return [date, count(engagements), '█'.repeat(Math.round((engagements / most) * BAR_WIDTH))];
  });
  return table([['Day', 'Engagements', ''], ...rows]);
}

function dropOffs({ title, tweets, readersStopAfter }: ThreadPerformance): string {
  const rows = tweets.map(({ position, impressions, engagements, dropOff }) => {
    const share = dropOff === null ? '' : `${(dropOff * 100).toFixed(1)} %`;
    return [String(position), count(impressions), count(engagements), share];
  });
  const stop = readersStopAfter === null ? [] : [`  Most readers stop after ${readersStopAfter}.`];
  const heading = ['Tweet', 'Impressions', 'Engagements', 'Drop-off'];
  return [`  “${shortened(title)}”`, table([heading, ...rows]), ...stop].join('\n');
}

function shortened(title: string): string {
  const line = title.replace(/\s+/g, ' ');
  return line.length > TITLE_CHARACTERS ? `${line.slice(0, TITLE_CHARACTERS)}…` : line;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

/** Columns as wide as they need be: the first to the left, figures to the right, bars to the left. */
function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === 0 || /^█*$/.test(cell)
          ? cell.padEnd(width(column))
          : cell.padStart(width(column)),
      );
      return `  ${cells.join('  ')}`.trimEnd();
    })
    .join('\n');
}
