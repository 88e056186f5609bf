import { RulesError } from '../errors.js';
import { restsOnUnknown, UNKNOWN, type Value, type ValueOf, type ValueType } from '../values.js';

/** A method of a type: how many arguments it takes, and what it does. */
export interface Method<Self extends Value> {
  readonly arity: readonly [minimum: number, maximum: number];
  call(self: Self, args: Arguments): Value;
}

export type MethodTable<Self extends Value> = Readonly<Record<string, Method<Self>>>;

/** The arguments of one call, checked as they are read. */
export class Arguments {
  constructor(
    readonly name: string,
    private readonly values: readonly Value[],
  ) {}

  get count(): number {
    return this.values.length;
  }

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

  /** The items of a list or set. */
  items(index: number): readonly Value[] {
    return this.of(index, 'list', 'set').items;
  }
}

function isOf<Type extends ValueType>(
  value: Value,
  types: readonly Type[],
): value is ValueOf<Type> {
  return types.some((type) => type === value.type);
}

/** A method of a fixed number of arguments. */
export function method<Self extends Value>(
  arity: number | readonly [number, number],
  call: (self: Self, args: Arguments) => Value,
): Method<Self> {
  return { arity: typeof arity === 'number' ? [arity, arity] : arity, call };
}

/** Calls a method by name; what rests on something unknown gives `unknown`. */
export function invoke<Self extends Value>(
  table: MethodTable<Self>,
  self: Self,
  name: string,
  values: readonly Value[],
): Value {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!found) throw new RulesError(`Function not found error: Name: [${name}] on ${self.type}.`);
  const [minimum, maximum] = found.arity;
  if (values.length < minimum || values.length > maximum) {
    throw new RulesError(`Function [${name}] does not take ${values.length} argument(s).`);
  }
  if ([self, ...values].some(restsOnUnknown)) return UNKNOWN;
  return found.call(self, new Arguments(name, values));
}
