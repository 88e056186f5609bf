import { z } from 'zod';
import type { Thread } from './types.js';

/** What a fault's `answer` may be: ways in which a model disappoints. */
export const variationSchema = z.enum([
  'sixThreads',
  'fourThreads',
  'longTweet',
  'inventedQuote',
  'safetyStop',
  'promptBlocked',
  'maxTokens',
  'malformedJson',
  'empty',
  'markdownFenced',
  'wrongTypes',
]);

export type GeminiVariation = z.infer<typeof variationSchema>;

/** In no recording. */
const INVENTED = 'My grandmother invented the submarine before breakfast';
const LONG_TWEET_LENGTH = 600;

/** Changes the threads before they are written out. */
export function varyThreads(variation: GeminiVariation | undefined, threads: Thread[]): Thread[] {
  const [first, ...rest] = threads;
  if (first === undefined) return threads;
  switch (variation) {
    case 'sixThreads':
      return [...threads, { ...first, threadNumber: threads.length + 1 }];
    case 'fourThreads':
      return threads.slice(0, 4);
    case 'longTweet': {
      const words = first.tweets.join(' ').repeat(LONG_TWEET_LENGTH);
      return [replaceTweet(first, words.slice(0, LONG_TWEET_LENGTH)), ...rest];
    }
    case 'inventedQuote':
      return [replaceTweet(first, `They said: “${INVENTED}”`), ...rest];
    default:
      return threads;
  }
}

function replaceTweet(thread: Thread, text: string): Thread {
  return { ...thread, tweets: thread.tweets.map((tweet, i) => (i === 1 ? text : tweet)) };
}

/** Changes the JSON text of the answer. */
export function varyText(variation: GeminiVariation | undefined, text: string): string {
  switch (variation) {
    case 'malformedJson':
      return text.replace(/"(?=,|\})/, '');
    case 'markdownFenced':
      return `\`\`\`json\n${text}\n\`\`\``;
    case 'wrongTypes':
      return text.replaceAll(/"tweets":\[.*?\](?=[,}])/gs, '"tweets":"one, two, three"');
    default:
      return text;
  }
}
