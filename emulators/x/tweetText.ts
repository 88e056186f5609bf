import { createHash } from 'node:crypto';
import twitter from 'twitter-text';

/** A link of a tweet as X's API has it; `start` and `end` count code points of the answered text. */
export interface UrlEntity {
  start: number;
  end: number;
  url: string;
  expanded_url: string;
  display_url: string;
}

const DISPLAY_LENGTH = 27;

/** X's count: 280 is the most a tweet can have. */
export const weightedLength = (text: string) => twitter.parseTweet(text).weightedLength;

export const hasInvalidCharacters = (text: string) => twitter.hasInvalidCharacters(text);

/** `&`, `<` and `>` as the API answers them. */
export const escapeText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The text as the API answers it, with t.co in the place of every link, bare domains too. */
export function displayText(text: string): { text: string; urls: UrlEntity[] } {
  const urls: UrlEntity[] = [];
  let shown = '';
  let from = 0;
  for (const { url, indices } of twitter.extractUrlsWithIndices(text)) {
    shown += escapeText(text.slice(from, indices[0]));
    const start = Array.from(shown).length;
    const short = shortUrl(url);
    shown += short;
    from = indices[1];
    urls.push({ start, end: start + short.length, url: short, ...namesOf(url) });
  }
  return { text: shown + escapeText(text.slice(from)), urls };
}

/** Where a link leads, and how X shows it. */
export function namesOf(url: string): { expanded_url: string; display_url: string } {
  const expanded = /^https?:\/\//i.test(url) ? url : `http://${url}`;
  const bare = expanded.replace(/^https?:\/\/(www\.)?/i, '');
  const display = bare.length > DISPLAY_LENGTH ? `${bare.slice(0, DISPLAY_LENGTH - 1)}…` : bare;
  return { expanded_url: expanded, display_url: display };
}

/** 23 characters, as every t.co link. */
function shortUrl(url: string): string {
  const hash = createHash('sha256')
    .update(url)
    .digest('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '');
  return `https://t.co/${hash.slice(0, 10)}`;
}
