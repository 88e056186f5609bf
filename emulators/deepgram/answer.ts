import { createHash, randomUUID } from 'node:crypto';
import type { RawTranscript } from './transcribe.js';
import type { RecognisedWord } from './types.js';

/** A pause this long, in seconds, ends a sentence. */
const SENTENCE_PAUSE = 0.24;
const PARAGRAPH_PAUSE = 1;
const PARAGRAPH_SENTENCES = 5;
const PRONOUN = /^i(?='|$)/;

/** Which parts of the answer the query asks for. */
export interface ListenFeatures {
  punctuate: boolean;
  paragraphs: boolean;
  diarize: boolean;
  utterances: boolean;
  detectLanguage: boolean;
}

/** What the answer's metadata says about the request. */
export interface ListenMetadata {
  requestId: string;
  /** Of the media. */
  sha256: string;
  model: string;
}

/** Reads `punctuate`, `smart_format` and the like (developers.deepgram.com, pre-recorded audio). */
export function featuresOf(query: URLSearchParams): ListenFeatures {
  const on = (name: string) => query.get(name) === 'true';
  const smart = on('smart_format');
  return {
    punctuate: smart || on('punctuate') || on('paragraphs'),
    paragraphs: smart || on('paragraphs'),
    diarize: on('diarize') || query.has('diarize_model'),
    utterances: on('utterances'),
    // Deepgram takes true, or a list of languages to choose from.
    detectLanguage: query.has('detect_language') && query.get('detect_language') !== 'false',
  };
}

/** The body of a 200 of `POST /v1/listen`: @deepgram/sdk's ListenV1Response. */
export function listenResponse(
  transcript: RawTranscript,
  features: ListenFeatures,
  metadata: ListenMetadata,
) {
  const sentences = splitSentences(transcript.words);
  const words = sentences.flatMap((sentence) => describeWords(sentence, features));
  const confidence =
    words.reduce((sum, word) => sum + word.confidence, 0) / Math.max(1, words.length);
  const text = joinWords(words);
  return {
    metadata: describeRequest(transcript.duration, metadata),
    results: {
      channels: [
        {
          alternatives: [
            {
              transcript: text,
              confidence,
              words,
              ...(features.paragraphs && { paragraphs: describeParagraphs(sentences, features) }),
            },
          ],
          ...(features.detectLanguage && {
            detected_language: transcript.language,
            language_confidence: 0.99,
          }),
        },
      ],
      ...(features.utterances && {
        utterances: sentences.map((sentence) => describeUtterance(sentence, features)),
      }),
    },
  };
}

type ListenWord = ReturnType<typeof describeWords>[number];

function describeRequest(duration: number, { requestId, sha256, model }: ListenMetadata) {
  const modelId = uuidOf(model);
  return {
    transaction_key: 'deprecated',
    request_id: requestId,
    sha256,
    created: new Date().toISOString(),
    duration,
    channels: 1,
    models: [modelId],
    model_info: { [modelId]: { name: model, version: '2025-01-01.0', arch: model } },
  };
}

/** Where the recogniser wrote no punctuation, sentences end at pauses. */
function splitSentences(words: readonly RecognisedWord[]): RecognisedWord[][] {
  const sentences: RecognisedWord[][] = [];
  let sentence: RecognisedWord[] = [];
  for (const [i, word] of words.entries()) {
    sentence.push(word);
    const next = words[i + 1];
    const ends =
      word.punctuated === undefined
        ? next !== undefined && next.start - word.end >= SENTENCE_PAUSE
        : /[.!?]["')\]]*$/.test(word.punctuated);
    if (ends || next === undefined) {
      sentences.push(sentence);
      sentence = [];
    }
  }
  return sentences;
}

function describeWords(sentence: readonly RecognisedWord[], features: ListenFeatures) {
  return sentence.map((word, i) => ({
    word: word.word,
    start: seconds(word.start),
    end: seconds(word.end),
    confidence: word.confidence,
    ...(features.diarize && { speaker: 0, speaker_confidence: 0.9 }),
    ...(features.punctuate && { punctuated_word: punctuate(sentence, i) }),
  }));
}

function punctuate(sentence: readonly RecognisedWord[], at: number): string {
  const word = sentence[at];
  if (word?.punctuated !== undefined) return word.punctuated;
  const text = (word?.word ?? '').replace(PRONOUN, 'I');
  const cased = at === 0 ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return at === sentence.length - 1 ? `${cased}.` : cased;
}

function describeParagraphs(sentences: readonly RecognisedWord[][], features: ListenFeatures) {
  const groups: RecognisedWord[][][] = [];
  for (const sentence of sentences) {
    const last = groups.at(-1);
    const pause = (sentence[0]?.start ?? 0) - (last?.at(-1)?.at(-1)?.end ?? 0);
    if (!last || last.length >= PARAGRAPH_SENTENCES || pause >= PARAGRAPH_PAUSE) {
      groups.push([sentence]);
    } else last.push(sentence);
  }
  const paragraphs = groups.map((group) => {
    const described = group.map((sentence) => {
      const words = describeWords(sentence, features);
      return { text: joinWords(words), ...extent(words) };
    });
    const words = group.flat();
    return {
      sentences: described,
      ...(features.diarize && { speaker: 0 }),
      num_words: words.length,
      ...extent(words),
    };
  });
  const text = paragraphs.map((paragraph) => paragraph.sentences.map((s) => s.text).join(' '));
  const speaker = features.diarize && text.length > 0 ? '\nSpeaker 0: ' : '\n';
  return { transcript: speaker + text.join('\n\n'), paragraphs };
}

function describeUtterance(sentence: readonly RecognisedWord[], features: ListenFeatures) {
  const words = describeWords(sentence, features);
  return {
    ...extent(words),
    confidence: words.reduce((sum, word) => sum + word.confidence, 0) / Math.max(1, words.length),
    channel: 0,
    transcript: joinWords(words),
    words,
    ...(features.diarize && { speaker: 0 }),
    id: randomUUID(),
  };
}

const joinWords = (words: readonly ListenWord[]) =>
  words.map((word) => word.punctuated_word ?? word.word).join(' ');

const extent = (words: readonly { start: number; end: number }[]) => ({
  start: seconds(words[0]?.start ?? 0),
  end: seconds(words.at(-1)?.end ?? 0),
});

const seconds = (value: number) => Math.round(value * 1000) / 1000;

/** The same model has the same id in every answer. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}
