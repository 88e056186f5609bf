import assert from 'node:assert/strict';
import { progressLine } from './progress.js';

describe('progressLine', () => {
  it('fills the bar by the fraction', () => {
    assert.equal(
      progressLine('transcribing', 0.5),
      `transcribing   ${'█'.repeat(15)}${'░'.repeat(15)}  50 %`,
    );
  });

  it('stays within the bar', () => {
    assert.ok(progressLine('uploading', 1.2).includes('█'.repeat(30)));
    assert.ok(!progressLine('uploading', 1.2).includes('█'.repeat(31)));
  });
});
