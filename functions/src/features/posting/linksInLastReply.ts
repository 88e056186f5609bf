import { TWEET_MAX_WEIGHTED_LENGTH } from '@quikthread/contract';
import type { TweetText } from '../../platform/tweetText.js';

const PLACEHOLDER = '(link below)';

/** What only leads to a link: space, colons, dashes, arrows, pointing hands. */
const leadIn = /(?:[\s:：,，、;|>→⇒➔➜➡↓⬇👇👉🔗–—-][\uFE0F\p{Emoji_Modifier}]?)+$/u;
/** The mark of an item in a list or of a tweet in a thread, with nothing else on its line. */
const bareMark = /^\s*(?:[-*•]|\(?\d{1,2}(?:[.)]|\/\d{0,2})?)?\s*$/;
/** Words of English that a sentence cannot end with: what follows belongs to it. (The placeholder is English too.) */
const needsMore =
  /(?:^|[\s(])(?:a|an|and|are|at|by|for|from|in|is|of|on|or|our|see|the|to|via|visit|with)$/i;
const closing = /^[\s.,!?;:…。！？)\]"'”’»]*$/;
const sentenceEnd = /[.!?…。！？]$/;
const brackets = ['()', '[]', '<>', '""', "''", '“”', '‘’', '«»', '（）', '「」'];

/**
 * The thread with its links moved into a closing reply, or into several where they do not fit in one: each
 * once, in order, one a line. A link at the end of a line goes with what led to it; one that a sentence
 * needs is replaced by "(link below)"; a tweet of nothing but links goes with them. Unchanged where there is
 * no link, or nothing else.
 */
export function linksInLastReply(tweets: readonly string[], tweetText: TweetText): string[] {
  const links = new Set<string>();
  const texts = tweets.map((tweet) => withoutLinks(tweet, tweetText, links));
  const kept = texts.filter((text) => text !== '');
  if (links.size === 0 || kept.length === 0) return [...tweets];
  return [...kept, ...closingReplies([...links], tweetText)];
}

/** The tweet without its links, which are added to `links`. */
function withoutLinks(tweet: string, tweetText: TweetText, links: Set<string>): string {
  let text = tweet;
  // What stood around a link can make one where it closes up, hence again until there is none.
  for (;;) {
    const urls = tweetText.urls(text);
    if (urls.length === 0) return text;
    for (const [start, end] of urls) links.add(text.slice(start, end));
    text = urls
      .reduceRight(
        (rest, [start, end], i) => takeOut(rest, start, end, urls[i - 1]?.[1] ?? 0),
        text,
      )
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  }
}

/** Takes the link at [start, end) out of the text; what is before `floor` stays as it is. */
function takeOut(text: string, start: number, end: number, floor: number): string {
  while (start > floor && brackets.includes(text.slice(start - 1, start) + text.charAt(end))) {
    start -= 1;
    end += 1;
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end) === -1 ? text.length : text.indexOf('\n', end);
  const [before, after] = [text.slice(lineStart, start), text.slice(end, lineEnd)];
  const fixed = before.slice(0, Math.max(0, floor - lineStart));
  const kept = fixed + before.slice(fixed.length).replace(leadIn, '');
  if (!closing.test(after) || needsMore.test(kept)) {
    return text.slice(0, start) + PLACEHOLDER + text.slice(end);
  }
  if (bareMark.test(kept) && fixed === '') return withoutLine(text, lineStart, lineEnd);
  const ending = sentenceEnd.test(kept)
    ? after.trim().replace(/^[.,!?;:…。！？]+/, '')
    : after.trim();
  return text.slice(0, lineStart) + kept + ending + text.slice(lineEnd);
}

function withoutLine(text: string, lineStart: number, lineEnd: number): string {
  return text.slice(0, lineStart) + text.slice(lineEnd + 1);
}

/** As few replies as hold the links, one a line. */
function closingReplies(links: readonly string[], tweetText: TweetText): string[] {
  return links.reduce<string[]>((replies, link) => {
    const last = replies.at(-1);
    const longer = `${last ?? ''}\n${link}`;
    return last !== undefined && tweetText.weightedLength(longer) <= TWEET_MAX_WEIGHTED_LENGTH
      ? [...replies.slice(0, -1), longer]
      : [...replies, link];
  }, []);
}
