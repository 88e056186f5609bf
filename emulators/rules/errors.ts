import type { Position } from './ast.js';

/** An error of evaluation: the condition that raises it does not allow. */
export class RulesError extends Error {
  override readonly name: string = 'RulesError';
  /** Where it was raised; set by the innermost expression that knows its place. */
  position: Position | null = null;
}

/** A limit of the language was passed: the whole request is refused, whatever else would allow. */
export class RulesLimitError extends RulesError {
  override readonly name = 'RulesLimitError';
}

/** The error of a call with more or fewer arguments than the function takes. */
export function wrongArity(name: string, given: number): RulesError {
  return new RulesError(`Incorrect number of arguments. Received: ${given}. Function: [${name}].`);
}
