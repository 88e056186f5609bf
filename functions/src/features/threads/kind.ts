import type { JobKind } from '../../engine/types.js';
import { generateStep } from './generate.js';
import type { GenerateDependencies } from './generate.js';
import { threadJobInputSchema } from './input.js';
import type { ThreadJobInput } from './input.js';
import { resolveStep } from './resolveMedia.js';
import type { ResolveDependencies } from './resolveMedia.js';
import { transcribeStep } from './transcribe.js';
import type { TranscribeDependencies } from './transcribe.js';

export type ThreadKindDependencies = ResolveDependencies &
  TranscribeDependencies &
  GenerateDependencies;

/** The kind of job that makes threads of a recording: find it, transcribe it, write about it. */
export function threadKind(dependencies: ThreadKindDependencies): JobKind<ThreadJobInput> {
  const steps = [
    resolveStep(dependencies),
    transcribeStep(dependencies),
    generateStep(dependencies),
  ];
  return {
    kind: 'thread',
    input: threadJobInputSchema,
    steps: () => steps,
  };
}
