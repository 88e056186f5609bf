import { makeMedia } from '../support/media.js';

/** 31 minutes of sound in eight bits, one more than the free plan allows: 15 MB, made in a moment. */
export function longRecording(): Promise<string> {
  const input = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=1860:sample_rate=8000'];
  return makeMedia('long-1860.wav', [...input, '-c:a', 'pcm_u8']);
}
