import { MIN_TWEETS, THREADS_PER_JOB } from '@quikthread/contract';
import { withoutRefusedCharacters } from '../../platform/tweetText.js';
import type { Draft } from './answer.js';
import { fitTweets } from './fitTweets.js';
import type { Standard } from './problems.js';
import { withoutInventedQuotes } from './quotes.js';

/**
 * Makes of what a model wrote what can be published, where that takes no invention: characters that X
 * refuses go, invented quotations lose their marks, tweets are fitted into their length and number, a
 * missing hook is the first tweet, and of more than five threads the first five stay.
 * @returns null where fewer than five threads of at least five tweets remain.
 */
export function mend(drafts: readonly Draft[], standard: Standard): Draft[] | null {
  const mended = drafts
    .map((draft) => mendThread(draft, standard))
    .filter(({ tweets }) => tweets.length >= MIN_TWEETS)
    .slice(0, THREADS_PER_JOB);
  return mended.length === THREADS_PER_JOB ? mended : null;
}

function mendThread(draft: Draft, { transcript, language, measure }: Standard): Draft {
  const mendText = (text: string) =>
    withoutInventedQuotes(cleaned(text), transcript, language).trim();
  const tweets = draft.tweets.map(mendText).filter((tweet) => tweet !== '');
  // A cut can bring two single marks together that were no quotation before, hence once more.
  const fitted = fitTweets(tweets, measure).map(mendText);
  return { hook: mendText(draft.hook) || (fitted[0] ?? ''), tweets: fitted };
}

/** Composed characters, no more than one empty line, and none of what X refuses or does not show. */
function cleaned(text: string): string {
  return withoutRefusedCharacters(text.normalize('NFC'))
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
