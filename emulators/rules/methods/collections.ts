import { compareStrings } from '../../strings.js';
import { any, contains, equal, every, set } from '../comparison.js';
import { display } from '../display.js';
import { RulesError } from '../errors.js';
import { checkLength } from '../size.js';
import {
  fieldOf,
  int,
  list,
  mayBeMissing,
  partialList,
  string,
  truth,
  UNKNOWN,
  type ListValue,
  type MapValue,
  type SetValue,
  type Truth,
  type Value,
  type ValueOf,
} from '../values.js';
import { method, partialMethod, type MethodTable } from './signature.js';

type Collection = ListValue | SetValue;

const hasAll = (self: Collection, wanted: Collection): Truth =>
  every([...wanted.items.map((item) => contains(self, item)), isWhole(wanted) || 'unknown']);
const hasAny = (self: Collection, wanted: Collection): Truth =>
  any([...wanted.items.map((item) => contains(self, item)), isWhole(wanted) ? false : 'unknown']);
const isWhole = (value: Collection): boolean => value.type === 'set' || value.partial !== true;
const without = (self: Collection, removed: Collection): readonly Value[] =>
  self.items.filter((item) => contains(removed, item) !== true);

/** Tests that lists and sets share; each takes a list or a set. `hasOnly` is "is a subset of". */
const membership: MethodTable<Collection> = {
  hasAll: partialMethod(1, (self, args) => truth(hasAll(self, args.collection(0)))),
  hasAny: partialMethod(1, (self, args) => truth(hasAny(self, args.collection(0)))),
  hasOnly: partialMethod(1, (self, args) => truth(hasAll(args.collection(0), self))),
  size: method(0, (self) => int(self.items.length)),
};

/** Methods of lists (rules reference, `rules.List`). */
export const listMethods: MethodTable<ListValue> = {
  ...membership,
  concat: method(1, (self, args) => list([...self.items, ...args.of(0, 'list').items])),
  join: method(1, (self, args) => {
    const separator = args.of(0, 'string').value;
    checkLength(self.items.length * separator.length);
    return string(self.items.map(joinable).join(separator));
  }),
  removeAll: method(1, (self, args) => list(without(self, args.collection(0)))),
  toSet: method(0, (self) => set(self.items)),
};

function joinable(item: Value): string {
  return item.type === 'string' ? item.value : display(item);
}

/** Methods of sets (rules reference, `rules.Set`). */
export const setMethods: MethodTable<SetValue> = {
  ...membership,
  difference: method(1, (self, args) => set(without(self, args.of(0, 'set')))),
  intersection: method(1, (self, args) => {
    const other = args.of(0, 'set');
    return set(self.items.filter((item) => contains(other, item) === true));
  }),
  union: method(1, (self, args) => set([...self.items, ...args.of(0, 'set').items])),
};

/** Methods of maps (rules reference, `rules.Map`); `get` is `getField`, which works on partial maps. */
export const mapMethods: MethodTable<MapValue> = {
  diff: method(1, (self, args) => ({
    type: 'map_diff',
    after: self,
    before: args.of(0, 'map'),
  })),
  keys: partialMethod(0, (self) => {
    const keys = [...self.fields.keys()].sort(compareStrings).map(string);
    return self.partial === true ? partialList(keys) : list(keys);
  }),
  size: method(0, (self) => int(self.fields.size)),
  values: method(0, (self) => list([...self.fields.values()])),
};

/** `map.get(key, default)`, where the key may be a list that leads into nested maps. */
export function getField(self: MapValue, key: Value, otherwise: Value): Value {
  if (mayBeMissing(otherwise)) return UNKNOWN;
  const keys = key.type === 'list' ? key.items : [key];
  let current: Value = self;
  for (const step of keys) {
    if (step.type === 'unknown' || current.type === 'unknown') return UNKNOWN;
    if (step.type !== 'string') throw new RulesError(`A key must be a string, not ${step.type}.`);
    if (current.type !== 'map') return otherwise;
    const next = fieldOf(current, step.value);
    if (next === null) return otherwise;
    current = next;
  }
  return current;
}

function keysWhere(
  self: ValueOf<'map_diff'>,
  wanted: (before: Value | null, after: Value | null) => boolean,
): SetValue {
  const keys = new Set([...self.after.fields.keys(), ...self.before.fields.keys()]);
  const found = [...keys].filter((key) =>
    wanted(fieldOf(self.before, key), fieldOf(self.after, key)),
  );
  return set(found.map(string));
}

const unchanged = (before: Value | null, after: Value | null): boolean =>
  before !== null && after !== null && equal(before, after) === true;

/** Methods of map differences (rules reference, `rules.MapDiff`). */
export const mapDiffMethods: MethodTable<ValueOf<'map_diff'>> = {
  addedKeys: method(0, (self) => keysWhere(self, (before) => before === null)),
  removedKeys: method(0, (self) => keysWhere(self, (_, after) => after === null)),
  changedKeys: method(0, (self) =>
    keysWhere(
      self,
      (before, after) => before !== null && after !== null && !unchanged(before, after),
    ),
  ),
  unchangedKeys: method(0, (self) => keysWhere(self, unchanged)),
  affectedKeys: method(0, (self) => keysWhere(self, (before, after) => !unchanged(before, after))),
};
