import { RulesError, wrongArity } from '../errors.js';
import {
  restsOnUnknown,
  UNKNOWN,
  type ListValue,
  type SetValue,
  type Value,
  type ValueOf,
  type ValueType,
} from '../values.js';

/** A method of a type: how many arguments it takes, and what it does. */
export interface Method<Self extends Value> {
  readonly arity: number;
  /** Whether it copes with partial lists and maps; otherwise what rests on them is unknown. */
  readonly takesPartial?: boolean;
  call(self: Self, args: Arguments): Value;
}

export type MethodTable<Self extends Value> = Readonly<Record<string, Method<Self>>>;

/** The arguments of one call, checked as they are read. */
export class Arguments {
  constructor(
    readonly name: string,
    private readonly values: readonly Value[],
  ) {}

  any(index: number): Value {
    const value = this.values[index];
    if (!value) throw new RulesError(`Function [${this.name}] misses argument ${index + 1}.`);
    return value;
  }

  /** The argument, where it has one of these types; an error where it has not. */
  of<Type extends ValueType>(index: number, ...types: readonly Type[]): ValueOf<Type> {
    const value = this.any(index);
    if (!isOf(value, types)) {
      throw new RulesError(
        `Invalid argument provided to call. Function: [${this.name}], ` +
          `Argument: [${value.type}], expected ${types.join(' or ')}.`,
      );
    }
    return value;
  }

  /** A list or a set. */
  collection(index: number): ListValue | SetValue {
    return this.of(index, 'list', 'set');
  }
}

function isOf<Type extends ValueType>(
  value: Value,
  types: readonly Type[],
): value is ValueOf<Type> {
  return types.some((type) => type === value.type);
}

/** A method of a number of arguments. */
export function method<Self extends Value>(
  arity: number,
  call: (self: Self, args: Arguments) => Value,
): Method<Self> {
  return { arity, call };
}

/** A method that can tell something of lists and maps that are known in part. */
export function partialMethod<Self extends Value>(
  arity: number,
  call: (self: Self, args: Arguments) => Value,
): Method<Self> {
  return { arity, call, takesPartial: true };
}

/** Calls a method by name; what rests on something unknown gives `unknown`. */
export function invoke<Self extends Value>(
  table: MethodTable<Self>,
  self: Self,
  name: string,
  values: readonly Value[],
): Value {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!found) throw new RulesError(`Function not found error: Name: [${name}].`);
  if (values.length !== found.arity) throw wrongArity(name, values.length);
  const isUnknown = (value: Value) =>
    found.takesPartial === true ? value.type === 'unknown' : restsOnUnknown(value);
  if (isUnknown(self) || values.some(isUnknown)) return UNKNOWN;
  return found.call(self, new Arguments(name, values));
}
