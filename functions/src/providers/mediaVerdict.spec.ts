import assert from 'node:assert/strict';
import { judgeMedia, judgeSize } from './mediaVerdict.js';
import type { Verdict } from './mediaVerdict.js';
import type { MediaInfo } from './types.js';

const mp3: MediaInfo = { formats: ['mp3'], audioCodec: 'mp3', hasVideo: false, duration: 60 };
const mp4: MediaInfo = {
  formats: ['mov', 'mp4', 'm4a'],
  audioCodec: 'aac',
  hasVideo: true,
  duration: 60,
};
const webm: MediaInfo = {
  formats: ['matroska', 'webm'],
  audioCodec: 'opus',
  hasVideo: true,
  duration: 60,
};
const wav: MediaInfo = { formats: ['wav'], audioCodec: 'pcm_s16le', hasVideo: false, duration: 60 };

function reasonOf(verdict: Verdict): string | null {
  return verdict.accepted ? null : verdict.reason;
}

describe('judgeMedia', () => {
  it('accepts the five kinds, by their container and codec', () => {
    for (const [info, container] of [
      [mp3, 'mp3'],
      [mp4, 'mp4'],
      [webm, 'webm'],
      [wav, 'wav'],
    ] as const) {
      const verdict = judgeMedia(info, 1800);
      const expected = { accepted: true, container, codec: info.audioCodec, duration: 60 };
      assert.deepEqual(verdict, expected);
    }
  });

  it('refuses other containers, and codecs that do not belong in theirs', () => {
    const others: MediaInfo[] = [
      { ...mp3, formats: ['ogg'], audioCodec: 'vorbis' },
      { ...webm, audioCodec: 'aac' },
      { ...mp3, audioCodec: 'mp2' },
      { ...wav, audioCodec: 'dts' },
    ];
    for (const info of others) {
      const verdict = judgeMedia(info, 1800);
      assert.equal(reasonOf(verdict), 'unsupported_container');
      assert.match(verdict.accepted ? '' : verdict.message, /MP3, MP4, M4A, WAV or WebM/);
    }
  });

  it('refuses silence, and what has no length', () => {
    assert.equal(reasonOf(judgeMedia({ ...mp4, audioCodec: null }, 1800)), 'no_audio');
    assert.equal(reasonOf(judgeMedia({ ...mp3, duration: null }, 1800)), 'unreadable');
    assert.equal(reasonOf(judgeMedia({ ...mp3, duration: 0 }, 1800)), 'unreadable');
  });

  it('accepts the longest allowed, and names the plan that allows more', () => {
    assert.equal(judgeMedia({ ...mp3, duration: 1800 }, 1800).accepted, true);
    const verdict = judgeMedia({ ...mp3, duration: 1800.5 }, 1800);
    assert.deepEqual(verdict, {
      accepted: false,
      reason: 'too_long',
      message:
        'This recording lasts 30 min 1 s; your plan allows up to 30 min. The Pro plan allows up to 60 min.',
      container: 'mp3',
      codec: 'mp3',
      duration: 1800.5,
    });
  });

  it('says so where no plan allows it', () => {
    const verdict = judgeMedia({ ...mp3, duration: 4000 }, 3600);
    assert.match(verdict.accepted ? '' : verdict.message, /No plan allows more than 60 min/);
  });
});

describe('judgeSize', () => {
  const limits = { minBytes: 1024 * 1024, maxBytes: 500 * 1024 * 1024 };

  it('accepts both ends', () => {
    assert.equal(judgeSize(limits.minBytes, limits), null);
    assert.equal(judgeSize(limits.maxBytes, limits), null);
  });

  it('says how large the file is and what is accepted', () => {
    const small = judgeSize(300, limits);
    const message =
      'This file has 300 bytes, which is too small. Files from 1 MB to 500 MB are accepted.';
    assert.deepEqual(small, { reason: 'too_small', message });
    assert.equal(judgeSize(limits.maxBytes + 1, limits)?.reason, 'too_large');
  });
});
