import type { AnalyticsData, JobStatus, Quota, Thread, Transcript } from '@quikthread/contract';
import twitter from 'twitter-text';
import { analyticsPart, postingPart } from './postingReport.js';
import type { Posting } from './postingReport.js';
import type { Timings } from './timings.js';

/** What a finished demo has to tell. */
export interface DemoResult {
  readonly job: JobStatus;
  readonly transcript: Transcript;
  readonly quota: Quota;
  /** Null where it was not asked for, as are the analytics. */
  readonly posting: Posting | null;
  readonly analytics: AnalyticsData | null;
  readonly timings: Timings;
}

const TRANSCRIPT_CHARACTERS = 600;
const LINE_WIDTH = 90;

/** The result for people: the transcript's beginning, the threads, what came of them, the credits, the times. */
export function report(result: DemoResult): string {
  const { job, transcript, quota, posting, analytics, timings } = result;
  const parts = [
    transcriptPart(transcript),
    ...(job.threads ?? []).map(threadPart),
    ...(posting ? [postingPart(posting)] : []),
    ...(analytics ? [analyticsPart(analytics)] : []),
    `Credits: ${quota.remaining} of ${quota.maxCredits} left on the ${quota.tier} plan`,
    timingsPart(timings),
  ];
  return `${parts.join('\n\n')}\n`;
}

function transcriptPart({ text, duration, wordCount, speakers }: Transcript): string {
  const beginning = text.length > TRANSCRIPT_CHARACTERS ? `${cutAtWord(text)} …` : text;
  const size = `${duration.toFixed(1)} s, ${wordCount} words, ${speakers} speaker(s)`;
  return `Transcript (${size})\n\n${wrap(beginning, '  ')}`;
}

function cutAtWord(text: string): string {
  return text.slice(0, text.lastIndexOf(' ', TRANSCRIPT_CHARACTERS));
}

function threadPart({ threadNumber, tweets, sources }: Thread): string {
  const lines = tweets.map((tweet, index) => {
    const { weightedLength } = twitter.parseTweet(tweet);
    const range = sources[index]?.ranges[0];
    const source = range ? `, from ${clock(range.start)}` : '';
    const head = `  ${index + 1}/${tweets.length} (${weightedLength} of 280${source})`;
    return `${head}\n${wrap(tweet, '    ')}`;
  });
  return [`Thread ${threadNumber}`, ...lines].join('\n');
}

/** 75 seconds are 1:15. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function timingsPart(timings: Timings): string {
  const entries = Object.entries(timings);
  const width = Math.max(...entries.map(([name]) => name.length));
  const rows = entries.map(([name, seconds]) => {
    return `  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s`;
  });
  return ['Times', ...rows].join('\n');
}

/** Text in lines that a terminal can show, each after the indent; line breaks in it stay. */
function wrap(text: string, indent: string): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line))
    .map((line) => (line === '' ? '' : indent + line))
    .join('\n');
}

function wrapLine(line: string): string[] {
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > LINE_WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
