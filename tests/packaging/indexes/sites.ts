import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { QueryShape } from '../../../emulators/firestore/admin/queryLog.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = ['functions/src', 'packages/client/src'];

/** A `where` or `orderBy` in the sources; null for what is not written out there. */
export type Clause =
  | { readonly kind: 'where'; readonly field: string | null; readonly operator: string | null }
  | { readonly kind: 'orderBy'; readonly field: string | null; readonly descending: boolean };

/** The clauses of one expression: of a query, or of the part of it that is put together there. */
export interface Site {
  /** `file:line`, from the root. */
  readonly at: string;
  readonly clauses: readonly Clause[];
}

/** Every expression in the sources that filters or orders a query, by file. */
export async function querySites(): Promise<ReadonlyMap<string, readonly Site[]>> {
  const sites = new Map<string, readonly Site[]>();
  for (const source of sources) {
    const names = await readdir(join(root, source), { recursive: true });
    for (const name of names.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))) {
      const path = join(root, source, name);
      const found = sitesIn(relative(root, path), await readFile(path, 'utf8'));
      if (found.length > 0) sites.set(relative(root, path), found);
    }
  }
  return sites;
}

/** The web SDK's `query(…)` and the chain of methods of the Admin SDK's. */
function sitesIn(file: string, text: string): Site[] {
  if (!/\b(where|orderBy)\(/.test(text)) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const sites: Site[] = [];
  const visit = (node: ts.Node): void => {
    const clauses = ts.isCallExpression(node) ? clausesOf(node) : [];
    if (clauses.length === 0) {
      ts.forEachChild(node, visit);
      return;
    }
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    sites.push({ at: `${file}:${line + 1}`, clauses });
  };
  visit(source);
  return sites;
}

function clausesOf(call: ts.CallExpression): Clause[] {
  const { expression, arguments: given } = call;
  if (ts.isIdentifier(expression)) {
    if (expression.text === 'query') {
      return given.flatMap((part) => (ts.isCallExpression(part) ? clausesOf(part) : []));
    }
    return clauseOf(expression.text, given);
  }
  if (!ts.isPropertyAccessExpression(expression)) return [];
  const before = ts.isCallExpression(expression.expression) ? clausesOf(expression.expression) : [];
  return [...before, ...clauseOf(expression.name.text, given)];
}

function clauseOf(name: string, given: readonly ts.Expression[]): Clause[] {
  const [first, second] = given.map((part) => (ts.isStringLiteralLike(part) ? part.text : null));
  if (name === 'where') return [{ kind: 'where', field: first ?? null, operator: second ?? null }];
  if (name !== 'orderBy') return [];
  return [{ kind: 'orderBy', field: first ?? null, descending: second === 'desc' }];
}

const operators: Readonly<Record<string, readonly string[]>> = {
  '==': ['EQUAL', 'IS_NULL', 'IS_NAN'],
  '!=': ['NOT_EQUAL', 'IS_NOT_NULL', 'IS_NOT_NAN'],
  '<': ['LESS_THAN'],
  '<=': ['LESS_THAN_OR_EQUAL'],
  '>': ['GREATER_THAN'],
  '>=': ['GREATER_THAN_OR_EQUAL'],
  in: ['IN'],
  'not-in': ['NOT_IN'],
  'array-contains': ['ARRAY_CONTAINS'],
  'array-contains-any': ['ARRAY_CONTAINS_ANY'],
};

/** Whether the query has all of the clauses. */
export function hasClauses({ filters, orderBy }: QueryShape, clauses: readonly Clause[]): boolean {
  return clauses.every((clause) => {
    const matches = ({ field }: { field: string }) => (clause.field ?? field) === field;
    if (clause.kind === 'orderBy') {
      return orderBy.some((order) => matches(order) && order.descending === clause.descending);
    }
    const wanted = clause.operator === null ? null : operators[clause.operator];
    return filters.some((filter) => matches(filter) && (wanted?.includes(filter.operator) ?? true));
  });
}

/** The shape of a query over a collection that only has equalities, all written out. */
export function equalitiesOf(collectionId: string, { at, clauses }: Site): QueryShape {
  const filters = clauses.map(({ kind, field, ...rest }) => {
    const isEqual = kind === 'where' && 'operator' in rest && rest.operator === '==';
    if (!isEqual || field === null) throw new Error(`${at} has more than equalities`);
    return { field, operator: 'EQUAL' };
  });
  const orderBy = [{ field: '__name__', descending: false }];
  return { collectionId, allDescendants: false, filters, hasOr: false, orderBy };
}
