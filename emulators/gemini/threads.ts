import { createHash } from 'node:crypto';

import { rankedSentences, weightOf } from './sentences.js';
import type { Sentence } from './sentences.js';
import type { Bounds, Thread } from './types.js';

/** A way to tell a recording: which sentences it prefers, and what it puts around them. */
interface Angle {
  hook: string;
  tweets: number;
  score: (sentence: Sentence, all: readonly Sentence[]) => number;
  /** Whether the body keeps the order of the score, the best first, rather than the recording's. */
  bestFirst?: boolean;
  openings: readonly string[];
  /** Before the sentences of a body tweet, in turn. */
  markers: readonly string[];
  closings: readonly string[];
}

const NUMBER =
  /\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|half|twice|percent|dollars?)\b/i;
const QUESTION =
  /\?|^(?:who|what|why|how|which|where|when do|when did|do you|did you|can you|could you)\b/i;
const CONTRARY =
  /\b(?:not|never|nobody|no one|but|mistake|wrong|instead|only|less|lost|believes?|however|although|learned|lesson|remember|should|problem|failed?)\b|n't\b/i;

const ANGLES: readonly Angle[] = [
  {
    hook: 'The strongest claim',
    tweets: 6,
    score: ({ importance }) => importance,
    openings: ['This one line changed how I see it 🔥', 'The part worth stopping for 🔥'],
    markers: ['➡️ ', '', '📌 '],
    closings: ['Agree? Repost the first tweet 🔁', 'If this was useful, repost it 🔁'],
  },
  {
    hook: 'A question to the reader',
    tweets: 7,
    score: ({ text, importance }) => (QUESTION.test(text) ? 2 : 0) + importance,
    openings: [
      'What would you have done? 🤔',
      'Honest question: would you have seen it coming? 🤔',
    ],
    markers: ['', '🧵 ', ''],
    closings: ['What is your answer? Reply below 👇', 'Tell me in the replies 👇'],
  },
  {
    hook: 'The story from the beginning',
    tweets: 8,
    score: ({ position, importance }, all) =>
      // Spread over the whole recording, beginning first.
      (position === 0 ? 3 : 0) + importance / 2 + (position % Math.ceil(all.length / 9) ? 0 : 1),
    openings: ['Let me tell it from the start 📖', 'Here is the whole story 📖'],
    markers: ['', '⏳ ', ''],
    closings: ['Follow for the next story ✨', 'Know someone who needs this? Send it on ✨'],
  },
  {
    hook: 'The numbers behind it',
    tweets: 6,
    score: ({ text, importance }) =>
      (text.match(new RegExp(NUMBER.source, 'gi'))?.length ?? 0) + importance,
    openings: ['The numbers, one by one 📊', 'Look at the figures 📊'],
    markers: ['• '],
    closings: ['Save this for later 🔖', 'Bookmark it and come back to it 🔖'],
  },
  {
    hook: 'The lesson that most people miss',
    tweets: 5,
    bestFirst: true,
    score: ({ text, importance, position }, all) =>
      (text.match(new RegExp(CONTRARY.source, 'gi'))?.length ?? 0) +
      importance +
      position / all.length,
    openings: ['Most people get this the wrong way round 💡', 'The lesson, in short 💡'],
    markers: ['✅ ', '⚠️ ', '👉 '],
    closings: ['Try it this week and tell me how it went 🚀', 'Which one will you try first? 🚀'],
  },
];

/** Below X's 280, with room for what a stricter count would add. */
const MAX_TWEET_WEIGHT = 260;
const MAX_SENTENCE_WEIGHT = 190;
const QUOTE_WORDS = { least: 4, most: 25 };
const SENTENCES_PER_TWEET = 2;
/** Every so many tweets one is a quotation, exactly as it was said. */
const QUOTE_EVERY = 4;
/** Says nothing about the recording's subject. */
const COURTESY = /\b(?:thank you|thanks|welcome|subscribe|listening|watching)\b/i;

/**
 * Writes extractive threads: every sentence in them stands in the transcript, between openings,
 * markers and closings of ours. The same transcript gives the same threads, and no sentence opens
 * two of them as long as there are enough.
 */
export async function writeThreads(
  transcript: string,
  bounds: { threads: Bounds; tweets: Bounds },
): Promise<Thread[]> {
  const count = Math.min(bounds.threads.max, Math.max(bounds.threads.min, ANGLES.length));
  const all = await rankedSentences(transcript, bounds.tweets.min, MAX_SENTENCE_WEIGHT);
  const firstSaid = new Map([...all].reverse().map((sentence) => [sentence.text, sentence]));
  const telling = all.filter(
    (sentence) => !COURTESY.test(sentence.text) && firstSaid.get(sentence.text) === sentence,
  );
  const sentences = telling.length >= bounds.tweets.min ? telling : all;
  if (sentences.length === 0) sentences.push({ text: '…', position: 0, importance: 0 });
  const seed = createHash('sha256').update(transcript).digest().readUInt8(0);
  const used = new Set<Sentence>();
  return Array.from({ length: count }, (_, i) => {
    const angle = pick(ANGLES, i);
    const tweets = Math.min(bounds.tweets.max, Math.max(bounds.tweets.min, angle.tweets));
    return {
      threadNumber: i + 1,
      hook: angle.hook,
      tweets: writeTweets(angle, tweets, sentences, used, seed + i),
    };
  });
}

function writeTweets(
  angle: Angle,
  count: number,
  sentences: readonly Sentence[],
  used: Set<Sentence>,
  seed: number,
): string[] {
  const ranked = [...sentences].sort(
    (a, b) => angle.score(b, sentences) - angle.score(a, sentences) || a.position - b.position,
  );
  const lead = ranked.find((sentence) => !used.has(sentence)) ?? pick(ranked, seed);
  used.add(lead);
  const opening = `${pick(angle.openings, seed)}\n\n${lead.text}`;
  if (count < 2) return [opening].slice(0, count);
  const others = ranked.filter((sentence) => sentence !== lead);
  const wanted = 1 + (count - 2) * SENTENCES_PER_TWEET;
  const chosen = others.length > 0 ? others.slice(0, wanted) : [lead];
  if (!angle.bestFirst) chosen.sort((a, b) => a.position - b.position);
  const last = chosen.length > 1 ? chosen.pop() : undefined;
  const closing = `${last?.text ?? lead.text}\n\n${pick(angle.closings, seed)}`;
  return [opening, ...writeBody(angle, count - 2, chosen, seed), closing];
}

/** Spreads the sentences over the body's tweets; repeats them where there are too few. */
function writeBody(
  angle: Angle,
  count: number,
  chosen: readonly Sentence[],
  seed: number,
): string[] {
  const perTweet = Math.max(1, chosen.length / count);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor(i * perTweet);
    const group = chosen.slice(from, Math.floor((i + 1) * perTweet));
    return writeTweet(angle, i, group.length > 0 ? group : [pick(chosen, i)], seed);
  });
}

function writeTweet(angle: Angle, i: number, group: readonly Sentence[], seed: number): string {
  const texts = group.map(({ text }) => text);
  const quotable = texts.find(isQuotable);
  if ((i + seed) % QUOTE_EVERY === 1 && quotable) return `In their own words: “${quotable}”`;
  return texts
    .map((text, line) => `${pick(angle.markers, i + line)}${text}`)
    .reduce((tweet, line) =>
      weightOf(`${tweet}\n\n${line}`) <= MAX_TWEET_WEIGHT ? `${tweet}\n\n${line}` : tweet,
    );
}

function isQuotable(text: string): boolean {
  const words = text.split(/\s+/).length;
  return words >= QUOTE_WORDS.least && words <= QUOTE_WORDS.most && !/["“”]/.test(text);
}

function pick<T>(items: readonly T[], at: number): T {
  const item = items[at % items.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
