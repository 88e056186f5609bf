import assert from 'node:assert/strict';
import { transcriptSchema } from '@quikthread/contract';
import { JobError } from '../../platform/errors.js';
import type { Transcription } from '../../providers/types.js';
import type { ThreadJobInput } from './input.js';
import { interview, transcriptionOf } from '../../testing/interview.js';
import { holdsSpeech } from './speech.js';
import { transcribeStep, transcriptionSchema } from './transcribe.js';

const speech = transcriptionOf(interview);

function sparse(text: string, duration: number, confidence: number): Transcription {
  const transcription = transcriptionOf([[0, text]]);
  const words = transcription.words.map((word) => ({ ...word, confidence }));
  return { ...transcription, words, duration };
}

describe('holdsSpeech', () => {
  const twentyFive = interview[1]?.[1].split(' ').slice(0, 25).join(' ') ?? '';
  const cases: readonly (readonly [what: string, transcription: Transcription, holds: boolean])[] =
    [
      ['a conversation', speech, true],
      ['silence', transcriptionOf([]), false],
      [
        'a stray remark',
        transcriptionOf([[0, 'Is this thing on? Testing, one, two, three.']]),
        false,
      ],
      ['25 words in a short note', sparse(twentyFive, 12, 0.5), true],
      ['25 clear words in five minutes', sparse(twentyFive, 300, 0.95), true],
      ['25 doubtful words in five minutes', sparse(twentyFive, 300, 0.3), false],
      ['marks for music', transcriptionOf([[0, '[Music] ♪ (applause) '.repeat(20).trim()]]), false],
      [
        'a few words again and again',
        transcriptionOf([[0, 'Thank you for watching. '.repeat(20).trim()]]),
        false,
      ],
    ];
  for (const [what, transcription, holds] of cases) {
    it(`says ${String(holds)} of ${what}`, () => {
      assert.equal(holdsSpeech(transcription), holds);
    });
  }
});

describe('transcribe step', () => {
  const contentUrl = 'https://example.com/a.mp3';
  const resultsOf = (duration: number) => ({
    resolve: { storagePath: 'users/u/a.mp3', generation: '7', duration },
  });

  function run(
    transcription: Transcription,
    duration: number,
    maxDuration = 1800,
    generation: string | null = '7',
  ) {
    const asked: unknown[] = [];
    const input: ThreadJobInput = { type: 'url', contentUrl, language: 'en', maxDuration };
    const step = transcribeStep({
      mediaUrl: ({ storagePath, generation }) =>
        Promise.resolve(`https://m/${storagePath}#${generation}`),
      findObject: (storagePath) =>
        Promise.resolve(generation === null ? null : { storagePath, generation }),
      transcriber: {
        transcribe: (request) => {
          asked.push(request);
          return Promise.resolve(transcription);
        },
      },
    });
    const result = step.run({
      jobId: 'job',
      userId: 'user',
      input,
      heldUntil: () => Promise.resolve(new Date()),
      results: resultsOf(duration),
      signal: new AbortController().signal,
    });
    return { step, asked, result };
  }

  const refused = (code: string) => (error: unknown) =>
    error instanceof JobError && error.code === code && error.retry === 'never';

  it('transcribes the generation that was resolved, in the language asked for', async () => {
    const { asked, result } = run(speech, 60);
    assert.deepEqual(await result, speech);
    assert.deepEqual(asked, [{ url: 'https://m/users/u/a.mp3#7', language: 'en' }]);
  });

  it('keeps a result that reads back the same', () => {
    assert.deepEqual(transcriptionSchema.parse(JSON.parse(JSON.stringify(speech))), speech);
  });

  it('refuses what is known to be too long without paying for it', async () => {
    const { asked, result } = run(speech, 1860);
    await assert.rejects(result, refused('too_long'));
    assert.deepEqual(asked, []);
  });

  it('refuses what turns out to be too long, but not for rounding', async () => {
    const length = speech.duration;
    await assert.rejects(run(speech, 60, length - 2).result, refused('too_long'));
    await run(speech, length, length - 0.5).result;
  });

  it('refuses a recording without speech', async () => {
    await assert.rejects(run(transcriptionOf([]), 60).result, refused('no_speech'));
  });

  it('asks for nothing where the recording was deleted or replaced since it was found', async () => {
    for (const generation of [null, '8']) {
      const { asked, result } = run(speech, 60, 1800, generation);
      await assert.rejects(
        result,
        (error) => error instanceof JobError && error.code === 'media_missing',
      );
      assert.deepEqual(asked, []);
    }
  });

  it('publishes the transcript and the duration', () => {
    const { step } = run(speech, 60);
    const publication = step.publish?.(speech, {
      jobId: 'job',
      userId: 'user',
      results: resultsOf(60),
    });
    assert.deepEqual(publication?.job, { duration: speech.duration });
    const document = transcriptSchema.parse(publication.documents?.['artifacts/transcript']);
    assert.equal(document.wordCount, speech.words.length);
    assert.equal(document.speakers, 2);
    assert.equal(document.paragraphs.length, interview.length);
    assert.ok(!('words' in document));
  });
});
