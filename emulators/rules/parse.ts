import peggy from 'peggy';
import type { RulesIssue } from './api.js';
import type { RulesFile } from './ast.js';
import { grammar } from './grammar.js';

/** Built from the grammar when the first rules file is parsed: about 0.1 s, once a process. */
let parser: peggy.Parser | undefined;

/** What can go on after nearly any expression; to name it does not help. */
const continuations: ReadonlySet<string> = new Set([
  ...["'||'", "'&&'", "'=='", "'!='", "'<'", "'<='", "'>'", "'>='", "'in'", "'is'", "'?'", "'('"],
  ...["'+'", "'-'", "'*'", "'/'", "'%'", "'.'", "'['", `'"'`, "'''"],
]);

/** Longer lists of what could have stood there help nobody. */
const MAX_ALTERNATIVES = 6;

/** Parses a rules file; one that does not parse gives one error, with its place. */
export function parseRules(source: string, fileName: string): RulesFile | RulesIssue {
  if (source.trim() === '') {
    const message = 'Rules content empty. Compilation aborted.';
    return { severity: 'ERROR', fileName, line: 0, column: 0, message };
  }
  parser ??= peggy.generate(grammar);
  try {
    // The grammar's actions build exactly the nodes that ast.ts names.
    return parser.parse(source) as RulesFile;
  } catch (error) {
    // The parser is recursive: source that is nested some hundreds deep exhausts the stack.
    if (error instanceof RangeError) {
      const message = 'The rules are nested too deep.';
      return { severity: 'ERROR', fileName, line: 1, column: 1, message };
    }
    if (!(error instanceof peggy.parser.SyntaxError || error instanceof parser.SyntaxError)) {
      throw error;
    }
    const { line, column } = error.location.start;
    return { severity: 'ERROR', fileName, line, column, message: describe(error, source) };
  }
}

/** What the official compiler names where a file begins with none of them. */
const BEGINNINGS = "{'function', 'import', 'service', 'rules_version'}";

/** A word, a number, a text, an operator, or else one character. */
const TOKEN =
  /[A-Za-z_]\w*|\d[\w.]*|'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*"|&&|\|\||[=!<>]=|[^]/uy;

/** The official compiler's words, and then what could have stood there instead. */
function describe(error: peggy.parser.SyntaxError, source: string): string {
  // An issue that the grammar's own `error()` raised has no list of expectations.
  if (!error.expected) return error.message;
  TOKEN.lastIndex = error.location.start.offset;
  const token = TOKEN.exec(source)?.[0];
  const found = `'${token ?? '<EOF>'}'`;
  const expected = error.expected.filter(({ type }) => type !== 'class').map(describeExpectation);
  const isAfterExpression = expected.includes("'||'");
  const alternatives = [...new Set(expected)].filter(
    (text) => text !== 'space' && !(isAfterExpression && continuations.has(text)),
  );
  if (alternatives.includes("'rules_version'") && token !== 'import') {
    return `mismatched input ${found} expecting ${BEGINNINGS}`;
  }
  return alternatives.length > 0 && alternatives.length <= MAX_ALTERNATIVES
    ? `Unexpected ${found}. Expected ${alternatives.join(' or ')}.`
    : `Unexpected ${found}.`;
}

function describeExpectation(expectation: peggy.parser.Expectation): string {
  switch (expectation.type) {
    case 'literal':
      return `'${expectation.text}'`;
    case 'other':
      return expectation.description;
    case 'end':
      return 'end of file';
    default:
      return expectation.type;
  }
}
