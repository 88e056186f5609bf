/** One list in order out of several that are. */
export function merge<T>(
  lists: readonly Iterable<T>[],
  compare: (a: T, b: T) => number,
): Iterable<T> {
  return lists.reduce((merged, list) => mergeTwo(merged, list, compare), []);
}

function* mergeTwo<T>(
  list: Iterable<T>,
  other: Iterable<T>,
  compare: (a: T, b: T) => number,
): Iterable<T> {
  const rest = other[Symbol.iterator]();
  let next = rest.next();
  for (const item of list) {
    while (next.done !== true && compare(next.value, item) < 0) {
      yield next.value;
      next = rest.next();
    }
    yield item;
  }
  while (next.done !== true) {
    yield next.value;
    next = rest.next();
  }
}
