import assert from 'node:assert/strict';
import { interview, transcriptionOf } from '../../testing/interview.js';
import { threadKind } from './kind.js';
import type { ThreadKindDependencies } from './kind.js';

describe('threadKind', () => {
  const unused = () => Promise.reject(new Error('not asked'));
  const dependencies: ThreadKindDependencies = {
    bucket: unused,
    limits: { minBytes: 1, maxBytes: 2 },
    allowLoopbackUrls: false,
    mediaUrl: unused,
    findObject: unused,
    deleteObject: unused,
    probe: unused,
    openRecording: unused,
    transcriber: { transcribe: unused },
    textModel: { generate: unused },
  };
  const threads = threadKind(dependencies);
  const { kind, input } = threads;
  const steps = threads.steps({
    type: 'url',
    contentUrl: 'https://example.com/a.mp3',
    language: null,
    maxDuration: 1800,
  });

  it('shows the course that the specification gives a job', () => {
    assert.equal(kind, 'thread');
    assert.deepEqual(
      steps.map(({ name, status, progress }) => [name, status, progress]),
      [
        ['resolve', 'processing', 0],
        ['transcribe', 'transcribing', 25],
        ['generate', 'generating', 75],
      ],
    );
  });

  it('keeps word times in Storage, the rest on the run', () => {
    assert.deepEqual(
      steps.map(({ keep }) => keep),
      ['document', 'storage', 'document'],
    );
  });

  it('checks what it reads back', () => {
    const [, transcribe, generate] = steps;
    assert.ok(transcribe?.result.safeParse(transcriptionOf(interview)).success);
    assert.ok(!transcribe.result.safeParse({ text: 'half' }).success);
    assert.ok(!generate?.result.safeParse({ threads: [] }).success);
    assert.ok(!input.safeParse({ type: 'upload' }).success);
  });
});
