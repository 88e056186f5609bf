import { domainToUnicode } from 'node:url';
import { withoutRefusedCharacters } from '../../platform/tweetText.js';

/** A domain, or anything else with dots inside. */
const dotted = /(?<![\p{L}\p{M}\p{N}_-])[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)+/gu;
/** The slash that is the whole path of an address: X adds it to some. */
const bareSlash = /(\.[\p{L}\p{M}\p{N}-]{2,}(?::\d+)?)\/(?=[^\p{L}\p{N}\p{M}/%&=_~+-]|$)/gu;
/** The link that X puts behind a text to show media or another tweet. */
const attachment =
  / (?:t\.co\/\w+|(?:x|twitter)\.com\/\w+\/status\/\d+(?:\/(?:photo|video)\/\d+)?)$/;
/** Mentions that X puts before a reply. */
const mentions = /^(?:@\w{1,15} )+/;

/**
 * Whether a tweet read back from X, its t.co links expanded and its entities decoded, is the one that was
 * sent. Leaves aside what X changes on the way: composition of characters (docs.x.com, "Counting
 * characters": NFC), white space, control characters, how addresses are written out (example.com comes back
 * as http://example.com/), a link behind the text for what is attached, mentions before a reply. Tweets that
 * differ in nothing else count as the same.
 */
export function isSameTweet(sent: string, seen: string): boolean {
  const wanted = canonical(sent);
  const found = canonical(seen);
  return [found, found.replace(mentions, '')].some(
    (text) => text === wanted || text.replace(attachment, '') === wanted,
  );
}

function canonical(text: string): string {
  return decoded(withoutRefusedCharacters(text.normalize('NFC')))
    .replace(/\bhttps?:\/\//gi, '')
    .replace(dotted, (domain) => domain.toLowerCase())
    .replace(/(?<![\w.-])[\w.-]*xn--[\w.-]+/g, (domain) => domainToUnicode(domain) || domain)
    .replace(bareSlash, '$1')
    .replace(/\btwitter\.com\//g, 'x.com/')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Percent-encoded characters as themselves, where they are UTF-8. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
