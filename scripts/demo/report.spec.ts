import assert from 'node:assert/strict';
import type { DemoResult } from './report.js';
import { report } from './report.js';

const tweet = 'Read https://example.com/a-very-long-path-that-counts-as-23 and 漢字';

const result: DemoResult = {
  job: {
    jobId: 'job',
    userId: 'user',
    kind: 'thread',
    type: 'upload',
    status: 'completed',
    progress: 100,
    duration: 130,
    threads: [
      {
        threadNumber: 1,
        hook: 'hook',
        tweets: [tweet, 'two', 'three', 'four', 'five'],
        sources: [
          { ranges: [{ start: 75.4, end: 80, speaker: 0 }] },
          { ranges: [] },
          { ranges: [] },
          { ranges: [] },
          { ranges: [] },
        ],
        editedTweets: null,
      },
    ],
    error: null,
    errorCode: null,
    createdAt: '2026-11-21T10:00:00Z',
    updatedAt: '2026-11-21T10:00:00Z',
    completedAt: '2026-11-21T10:00:00Z',
  },
  transcript: {
    userId: 'user',
    jobId: 'job',
    text: 'word '.repeat(400).trim(),
    language: 'en',
    duration: 130,
    wordCount: 400,
    confidence: 0.9,
    speakers: 1,
    paragraphs: [],
  },
  quota: {
    creditsUsed: 1,
    creditsReserved: 0,
    maxCredits: 2,
    remaining: 1,
    tier: 'free',
    resetDate: '2026-12-01T00:00:00Z',
  },
  posting: null,
  analytics: null,
  timings: { upload: 1.25, transcribing: 10 },
};

describe("the demo's report", () => {
  const text = report(result);

  it('counts a tweet as X does: a link is 23, a Chinese character 2', () => {
    assert.ok(text.includes(`1/5 (${'Read '.length + 23 + ' and '.length + 4} of 280`));
  });

  it('says where in the recording a tweet comes from, and nothing where that is not known', () => {
    assert.ok(text.includes('from 1:15'));
    assert.ok(text.includes('2/5 (3 of 280)'));
  });

  it("shows the transcript's beginning only, in lines that fit a terminal", () => {
    assert.match(text, /word …$/m);
    assert.ok(text.split('\n').every((line) => line.length <= 100));
  });

  it('ends with the credits left and the times', () => {
    assert.match(text, /Credits: 1 of 2 left on the free plan/);
    assert.match(text, /transcribing +10\.0 s/);
  });
});
