import { TWEET_MAX_WEIGHTED_LENGTH, TWEET_TARGET_WEIGHTED_LENGTH } from '@quikthread/contract';
import type { TweetText } from '../../platform/tweetText.js';
import { answerSchema } from './answer.js';
import type { Draft } from './answer.js';
import type { FoldedText } from './fold.js';
import { inventedQuotes } from './quotes.js';

/** What drafts are checked against. */
export interface Standard {
  readonly transcript: FoldedText;
  readonly language: string | null;
  readonly measure: TweetText;
}

/** Everything wrong with an answer, in words for the model; none where it can be used as it is. */
export function findProblems(drafts: readonly Draft[] | null, standard: Standard): string[] {
  if (!drafts) return ['It is not JSON of the shape asked for.'];
  return [
    ...countProblems(drafts),
    ...drafts.flatMap((draft, index) => [
      ...quoteProblems(`Thread ${index + 1}, hook`, draft.hook, standard),
      ...draft.tweets.flatMap((tweet, position) => {
        const where = `Thread ${index + 1}, tweet ${position + 1}`;
        return [
          ...lengthProblems(where, tweet, standard),
          ...quoteProblems(where, tweet, standard),
        ];
      }),
    ]),
  ];
}

function countProblems(drafts: readonly Draft[]): string[] {
  const numbered = drafts.map((draft, index) => ({ threadNumber: index + 1, ...draft }));
  const issues = answerSchema.safeParse(numbered).error?.issues ?? [];
  return [...new Set(issues.map(({ path, message }) => describe(path, message, drafts)))].slice(
    0,
    20,
  );
}

function describe(path: readonly PropertyKey[], message: string, drafts: readonly Draft[]): string {
  const [thread, field, tweet] = path;
  if (typeof thread !== 'number') return `There are ${drafts.length} threads. ${message}.`;
  if (field === 'threadNumber') return `There are ${drafts.length} threads: too many.`;
  const where = `Thread ${thread + 1}, ${String(field)}`;
  if (typeof tweet === 'number') return `${where}, number ${tweet + 1}: empty.`;
  const count = field === 'tweets' ? ` (there are ${drafts[thread]?.tweets.length ?? 0})` : '';
  return `${where}${count}: ${message}.`;
}

function lengthProblems(where: string, tweet: string, { measure }: Standard): string[] {
  const length = measure.weightedLength(tweet);
  return length <= TWEET_MAX_WEIGHTED_LENGTH
    ? []
    : [`${where}: ${length} characters, at most ${TWEET_TARGET_WEIGHTED_LENGTH} are allowed.`];
}

function quoteProblems(where: string, text: string, standard: Standard): string[] {
  return inventedQuotes(text, standard.transcript, standard.language).map(
    (phrase) =>
      `${where}: nobody says ${JSON.stringify(phrase)} in the transcript. Quote it word for word, or drop the quotation marks.`,
  );
}
