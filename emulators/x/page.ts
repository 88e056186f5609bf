import twitter from 'twitter-text';
import type { Answer } from '../http/exchange.js';
import { escapeHtml, htmlAnswer } from './html.js';
import { metricsOf } from './metrics.js';
import { STYLE } from './pageStyle.js';
import type { Account, Tweet, XState } from './state.js';
import { namesOf } from './tweetText.js';

const PATH = /^\/([A-Za-z0-9_]{1,15})(?:\/status\/(\d+))?$/;

/**
 * X's pages of an account, `GET /{username}`: its conversations, the newest first, each in order; and
 * of one conversation, `GET /{username}/status/{id}`. Undefined for an address of another kind.
 */
export function pageAt(state: XState, path: string): Answer | undefined {
  const [match, username = '', id] = PATH.exec(path) ?? [];
  if (match === undefined) return undefined;
  const account = state.accountNamed(username);
  if (account === undefined) return notThere('This account doesn’t exist');
  if (id === undefined) return timelinePage(state, account);
  const tweet = state.tweet(id);
  if (tweet?.authorId !== account.id) {
    return notThere('Hmm...this page doesn’t exist. Try searching for something else.');
  }
  const heading = '<header><h2>Post</h2></header>';
  const thread = threadOf(state, state.conversation(tweet.conversationId), tweet.id);
  return htmlAnswer(200, `${account.name} on X`, `<main>${heading}${thread}</main>`, STYLE);
}

function notThere(message: string): Answer {
  return htmlAnswer(404, 'X', `<main><p class="gone">${escapeHtml(message)}</p></main>`, STYLE);
}

function timelinePage(state: XState, account: Account): Answer {
  const now = state.clock.now();
  const shown = state.tweetsBy(account).filter(({ onTimelineAt }) => onTimelineAt <= now);
  const conversations = new Map<string, Tweet[]>();
  for (const tweet of shown) {
    const thread = conversations.get(tweet.conversationId) ?? [];
    conversations.set(tweet.conversationId, [...thread, tweet]);
  }
  const threads = [...conversations.values()].reverse().map((thread) => threadOf(state, thread));
  const content = threads.join('') || '<p class="gone">Nothing has been posted yet.</p>';
  const body = `<main>${profile(account, shown.length)}${content}</main>`;
  return htmlAnswer(200, `${account.name} (@${account.username}) / X`, body, STYLE);
}

function profile(account: Account, posts: number): string {
  const suspended = account.suspended ? '<p class="suspended">Account suspended</p>' : '';
  return `<header><h2>${escapeHtml(account.name)}</h2><small>${figure(posts)} ${posts === 1 ? 'post' : 'posts'}</small></header>
<section class="profile"><div class="banner"></div>${avatar(account)}
<h1>${escapeHtml(account.name)}</h1><p class="handle">@${escapeHtml(account.username)}</p>
<p><b>${figure(account.followers)}</b> <span class="handle">Followers</span></p>${suspended}</section>`;
}

/** Tweets of one conversation in the order of their creation, joined by a line where they follow on. */
function threadOf(state: XState, tweets: readonly Tweet[], marked?: string): string {
  const articles = tweets.map((tweet, i) => {
    const { inReplyTo } = tweet;
    const before = inReplyTo !== undefined && !state.tweet(inReplyTo) ? UNAVAILABLE : '';
    const joined = tweets[i + 1]?.inReplyTo === tweet.id;
    return before + articleOf(state, tweet, joined, tweet.id === marked);
  });
  return `<section class="thread">${articles.join('')}</section>`;
}

const UNAVAILABLE = '<p class="unavailable">This Post is unavailable.</p>';

function articleOf(state: XState, tweet: Tweet, joined: boolean, marked: boolean): string {
  const author = state.account(tweet.authorId);
  if (author === undefined) return '';
  const username = escapeHtml(author.username);
  const href = `/${username}/status/${tweet.id}`;
  const at = new Date(tweet.createdAt);
  return `<article id="t${tweet.id}" class="${joined ? 'joined' : ''}${marked ? ' marked' : ''}">
<div class="side">${avatar(author)}</div>
<div><p class="author"><b>${escapeHtml(author.name)}</b>
<a class="handle" href="/${username}">@${username}</a> <span class="handle">·</span>
<a class="handle" href="${href}"><time datetime="${at.toISOString()}">${DATE.format(at)}</time></a></p>
<p class="text">${richText(tweet.text)}</p>${metricsRow(state, tweet)}</div></article>`;
}

const DATE = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

const avatar = ({ id, name }: Account) =>
  `<div class="avatar hue${Number(id.slice(-2)) % 6}">${escapeHtml(Array.from(name)[0]?.toUpperCase() ?? '')}</div>`;

function metricsRow(state: XState, tweet: Tweet): string {
  const metrics = metricsOf(state, tweet);
  const shown = [
    ['replies', metrics.reply_count, 'M3 4h14v9H9l-4 3v-3H3z'],
    [
      'reposts',
      metrics.retweet_count,
      'M2.5 7.5L5.5 4.5l3 3M5.5 5v8.5a2 2 0 0 0 2 2H10M17.5 12.5l-3 3-3-3M14.5 15V6.5a2 2 0 0 0-2-2H10',
    ],
    ['likes', metrics.like_count, 'M10 16S3 12 3 7.5C3 4 8 3 10 7c2-4 7-3 7 .5C17 12 10 16 10 16z'],
    ['views', metrics.impression_count, 'M4 16v-5M8 16V7M12 16v-7M16 16V4'],
  ] as const;
  const items = shown.map(
    ([label, count, path]) =>
      `<li title="${count.toLocaleString('en-US')} ${label}"><svg viewBox="0 0 20 20"><path d="${path}"/></svg>${figure(count)}</li>`,
  );
  return `<ul class="metrics">${items.join('')}</ul>`;
}

/** The text as X shows it: links shortened for the eye, mentions, hashtags and links in blue. */
function richText(text: string): string {
  let html = '';
  let from = 0;
  for (const entity of twitter.extractEntitiesWithIndices(text)) {
    const [start, end] = entity.indices;
    html += escapeHtml(text.slice(from, start));
    html += linkOf(entity, text.slice(start, end));
    from = end;
  }
  return html + escapeHtml(text.slice(from));
}

function linkOf(entity: twitter.EntityWithIndices, shown: string): string {
  if ('url' in entity) {
    const names = namesOf(entity.url);
    const rel = 'rel="nofollow noopener"';
    return `<a href="${escapeHtml(names.expanded_url)}" ${rel}>${escapeHtml(names.display_url)}</a>`;
  }
  if ('screenName' in entity) {
    return `<a href="/${escapeHtml(entity.screenName)}">${escapeHtml(shown)}</a>`;
  }
  return `<span class="tag">${escapeHtml(shown)}</span>`;
}

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

const figure = (count: number) => COMPACT.format(count);
