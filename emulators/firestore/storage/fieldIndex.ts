import { compareValues } from '../model/compare.js';
import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { getField, isNameField } from '../model/fieldPath.js';
import { compareNames } from '../model/path.js';
import type { Value } from '../model/value.js';
import { SortedList } from './sortedList.js';

/** What an index has entries for: a field's value, or each element of the array that the field holds. */
export type IndexKind = 'value' | 'elements';

/**
 * The documents of a collection, or of a group of them, by a field's value or the elements of it, and
 * among those alike by name. A document has an entry for its value where it has the field, and one
 * for each of its elements that differ where that is an array.
 */
export interface FieldIndex {
  add(document: StoredDocument): void;
  delete(document: StoredDocument): void;
  /**
   * How many entries come before the first that passes; all of them where none does.
   *
   * @param test false for the first entries and true from some place on; `element` is absent in an
   *   index of values
   */
  position(test: (document: StoredDocument, element?: Value) => boolean): number;
  /** The documents of the entries from `start` up to, without, `end`; backwards on demand. */
  slice(start: number, end: number, backwards: boolean): Iterable<StoredDocument>;
}

/** Builds the index of a field over some documents. */
export function indexField(
  field: FieldPath,
  kind: IndexKind,
  documents: Iterable<StoredDocument>,
): FieldIndex {
  return kind === 'value' ? new ValueIndex(field, documents) : new ElementIndex(field, documents);
}

/** By the values of a field, or by the names alone. */
class ValueIndex implements FieldIndex {
  private readonly list: SortedList<StoredDocument>;

  constructor(
    private readonly field: FieldPath,
    documents: Iterable<StoredDocument>,
  ) {
    const compare = isNameField(field) ? byName : byField(field);
    this.list = new SortedList(
      compare,
      [...documents].filter((each) => this.has(each)),
    );
  }

  add(document: StoredDocument): void {
    if (this.has(document)) this.list.add(document);
  }

  delete(document: StoredDocument): void {
    if (this.has(document)) this.list.delete(document);
  }

  position(test: (document: StoredDocument) => boolean): number {
    return this.list.position((document) => test(document));
  }

  slice(start: number, end: number, backwards: boolean): Iterable<StoredDocument> {
    return this.list.slice(start, end, backwards);
  }

  private has(document: StoredDocument): boolean {
    return isNameField(this.field) || getField(document.fields, this.field) !== undefined;
  }
}

interface ElementEntry {
  readonly element: Value;
  readonly document: StoredDocument;
}

/** By the elements of the arrays in a field. */
class ElementIndex implements FieldIndex {
  private readonly list: SortedList<ElementEntry>;

  constructor(
    private readonly field: FieldPath,
    documents: Iterable<StoredDocument>,
  ) {
    const entries = [...documents].flatMap((document) => this.entriesOf(document));
    this.list = new SortedList(
      (a, b) => compareValues(a.element, b.element) || byName(a.document, b.document),
      entries,
    );
  }

  add(document: StoredDocument): void {
    for (const entry of this.entriesOf(document)) this.list.add(entry);
  }

  delete(document: StoredDocument): void {
    for (const entry of this.entriesOf(document)) this.list.delete(entry);
  }

  position(test: (document: StoredDocument, element?: Value) => boolean): number {
    return this.list.position(({ document, element }) => test(document, element));
  }

  *slice(start: number, end: number, backwards: boolean): Iterable<StoredDocument> {
    for (const { document } of this.list.slice(start, end, backwards)) yield document;
  }

  private entriesOf(document: StoredDocument): ElementEntry[] {
    const value = getField(document.fields, this.field);
    if (value?.type !== 'array') return [];
    const sorted = value.values.toSorted(compareValues);
    return sorted
      .filter((element, at) => {
        const before = sorted[at - 1];
        return before === undefined || compareValues(before, element) !== 0;
      })
      .map((element) => ({ element, document }));
  }
}

function byName(a: StoredDocument, b: StoredDocument): number {
  return compareNames(a.path, b.path);
}

function byField(field: FieldPath): (a: StoredDocument, b: StoredDocument) => number {
  return (a, b) => {
    const valueA = getField(a.fields, field);
    const valueB = getField(b.fields, field);
    const order = valueA && valueB ? compareValues(valueA, valueB) : 0;
    return order === 0 ? byName(a, b) : order;
  };
}
