import type { BinaryOperator } from './ast.js';
import { contains, equal, not, order, type Ordering } from './comparison.js';
import { RulesError } from './errors.js';
import { durationOfNanos, timestampOfNanos, totalNanos } from './time.js';
import {
  UNKNOWN,
  bool,
  float,
  int,
  isNumber,
  mayBeMissing,
  string,
  truth,
  type Truth,
  type Value,
  type ValueOf,
} from './values.js';

type Arithmetic = '+' | '-' | '*' | '/' | '%';
export type StrictOperator = Exclude<BinaryOperator, '&&' | '||'>;

/** Applies an operator that needs both its sides; wrong types are an error. */
export function applyBinary(operator: StrictOperator, left: Value, right: Value): Value {
  switch (operator) {
    case '==':
      return truth(equal(left, right));
    case '!=':
      return truth(not(equal(left, right)));
    case 'in':
      return truth(isIn(left, right));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return inOrder(operator, left, right);
    default:
      return calculate(operator, left, right);
  }
}

/** `!` and the minus sign. */
export function applyUnary(operator: '!' | '-', operand: Value): Value {
  if (operand.type === 'unknown') return UNKNOWN;
  if (operator === '!') {
    if (operand.type !== 'bool') throw wrongTypes('!', operand);
    return bool(!operand.value);
  }
  if (operand.type === 'int') return int(-operand.value);
  if (operand.type === 'float') return float(-operand.value);
  if (operand.type === 'duration') return durationOfNanos(-totalNanos(operand));
  throw wrongTypes('-', operand);
}

function isIn(wanted: Value, container: Value): Truth {
  if (container.type === 'unknown' || mayBeMissing(wanted)) return 'unknown';
  if (container.type === 'list' || container.type === 'set') {
    return contains(container, wanted);
  }
  if (container.type === 'map') {
    if (wanted.type === 'string' && container.fields.has(wanted.value)) return true;
    return container.partial === true || wanted.type === 'unknown' ? 'unknown' : false;
  }
  throw wrongTypes('in', wanted, container);
}

function inOrder(operator: Ordering, left: Value, right: Value): Value {
  const result = order(operator, left, right);
  if (result === null) throw wrongTypes(operator, left, right);
  return truth(result);
}

function calculate(operator: Arithmetic, left: Value, right: Value): Value {
  if (left.type === 'unknown' || right.type === 'unknown') return UNKNOWN;
  if (left.type === 'int' && right.type === 'int') {
    return calculateInts(operator, left.value, right.value);
  }
  if (isNumber(left) && isNumber(right)) {
    return float(calculateFloats(operator, Number(left.value), Number(right.value)));
  }
  if (operator === '+' && left.type === 'string' && right.type === 'string') {
    return string(left.value + right.value);
  }
  const result = calculateTimes(operator, left, right);
  if (!result) throw wrongTypes(operator, left, right);
  return result;
}

function calculateInts(operator: Arithmetic, left: bigint, right: bigint): ValueOf<'int'> {
  if ((operator === '/' || operator === '%') && right === 0n) {
    throw new RulesError('Divide by zero error.');
  }
  switch (operator) {
    case '+':
      return int(left + right);
    case '-':
      return int(left - right);
    case '*':
      return int(left * right);
    case '/':
      return int(left / right);
    case '%':
      return int(left % right);
  }
}

function calculateFloats(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

/** `timestamp ± duration`, `timestamp - timestamp`, `duration ± duration`; null for anything else. */
function calculateTimes(operator: Arithmetic, left: Value, right: Value): Value | null {
  if (operator !== '+' && operator !== '-') return null;
  if (left.type === 'timestamp' && right.type === 'timestamp') {
    return operator === '-' ? durationOfNanos(totalNanos(left) - totalNanos(right)) : null;
  }
  if (left.type === 'duration' && right.type === 'timestamp') {
    return operator === '+' ? timestampOfNanos(totalNanos(left) + totalNanos(right)) : null;
  }
  if ((left.type !== 'timestamp' && left.type !== 'duration') || right.type !== 'duration') {
    return null;
  }
  const change = operator === '+' ? totalNanos(right) : -totalNanos(right);
  const total = totalNanos(left) + change;
  return left.type === 'timestamp' ? timestampOfNanos(total) : durationOfNanos(total);
}

function wrongTypes(operator: string, ...operands: readonly Value[]): RulesError {
  const types = operands.map((operand) => operand.type).join(', ');
  return new RulesError(`Unsupported operation error. Operator '${operator}' on ${types}.`);
}
