import assert from 'node:assert/strict';
import { parseWhisperJson } from './whisper.js';

const token = (text: string, from: number, to: number, p = 0.9) => ({
  text,
  timestamps: { from: '', to: '' },
  offsets: { from, to },
  id: 1,
  p,
  t_dtw: -1,
});

const output = (...segments: ReturnType<typeof token>[][]) =>
  JSON.stringify({
    result: { language: 'en' },
    transcription: segments.map((tokens) => ({
      offsets: { from: 0, to: 1 },
      text: tokens.map(({ text }) => text).join(''),
      tokens,
    })),
  });

describe('whisper-cli JSON', () => {
  it('becomes words with case, punctuation and times in seconds', () => {
    const { words, language } = parseWhisperJson(
      output([
        token('[_BEG_]', 0, 0),
        token(' And', 320, 370),
        token(' Amer', 370, 690),
        token('icans', 690, 1590, 0.7),
        token(',', 1590, 1600),
        token(" don't", 1700, 2100),
        token('.', 2100, 2150),
        token('[_TT_110]', 2200, 2200),
      ]),
    );
    assert.equal(language, 'en');
    assert.deepEqual(words, [
      { word: 'and', punctuated: 'And', start: 0.32, end: 0.37, confidence: 0.9 },
      { word: 'americans', punctuated: 'Americans,', start: 0.37, end: 1.6, confidence: 0.7 },
      { word: "don't", punctuated: "don't.", start: 1.7, end: 2.15, confidence: 0.9 },
    ]);
  });

  it('drops descriptions of sounds and improbable segments', () => {
    const { words } = parseWhisperJson(
      output(
        [token(' [', 0, 10), token('Music', 10, 20), token(']', 20, 30)],
        [token(' (', 0, 10), token('wind', 10, 20), token(')', 20, 30)],
        [token(' Thank', 0, 10, 0.2), token(' you', 10, 20, 0.3)],
      ),
    );
    assert.deepEqual(words, []);
  });

  it('is an error where whisper wrote something else', () => {
    assert.throws(() => parseWhisperJson('{"transcription": 1}'));
  });
});
