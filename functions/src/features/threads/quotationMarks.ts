/** A stretch of text between quotation marks. Positions are UTF-16 offsets; each mark is one unit long. */
export interface Quotation {
  /** Where the opening mark stands. */
  readonly start: number;
  /** Where the closing mark stands, or the text's length where none does. */
  readonly end: number;
  readonly closed: boolean;
  readonly phrase: string;
}

/** Opening marks with the closing ones that they go with, over languages. */
const closersOf: ReadonlyMap<string, string> = new Map([
  ['"', '"”'],
  ['“', '”"'],
  ['„', '“”"'],
  ['”', '”'],
  ['«', '»'],
  ['»', '«'],
  ['‹', '›'],
  ['「', '」'],
  ['『', '』'],
  ['﹁', '﹂'],
  ['﹃', '﹄'],
  ['＂', '＂'],
  ['〝', '〞〟'],
]);

/** Marks that open a quotation even where no closing mark follows; the others may be something else. */
const surelyOpening = '"“„«「『';

/** Short forms that begin with an apostrophe. */
const shortForm = /^(?:\d0s|twas|tis|em|til|cause|bout|round|n)(?![\p{L}\p{N}])/iu;

/**
 * The outermost quotations of a text, in order: straight and curly marks, guillemets and CJK brackets.
 * An opening mark that is never closed quotes the rest of the text. Single marks count only where they
 * stand like quotation marks: not inside a word, not before a short form ('90s), and closed on the same
 * line, of several closings the first that does not look like a plural's apostrophe.
 */
export function quotations(text: string): Quotation[] {
  const found: Quotation[] = [];
  for (let at = 0; at < text.length; at++) {
    const end = closingOf(text, at);
    if (end === null) continue;
    found.push({
      start: at,
      end,
      closed: end < text.length,
      phrase: text.slice(at + 1, end).trim(),
    });
    at = end;
  }
  return found;
}

/** Where the quotation that opens at `at` closes; null where none opens there. */
function closingOf(text: string, at: number): number | null {
  const mark = text.charAt(at);
  if (mark === "'" || mark === '‘' || mark === '‚') return singleClosingOf(text, at);
  const closers = closersOf.get(mark);
  if (closers === undefined) return null;
  const inches = mark === '"' && /\d/.test(text.charAt(at - 1));
  if (inches) return null;
  for (let i = at + 1; i < text.length; i++) if (closers.includes(text.charAt(i))) return i;
  return surelyOpening.includes(mark) ? text.length : null;
}

function singleClosingOf(text: string, at: number): number | null {
  if (!opensSingle(text, at)) return null;
  const closers = text.charAt(at) === "'" ? "'" : '’‘';
  let afterS: number | null = null;
  for (let i = at + 2; i < text.length && text.charAt(i) !== '\n'; i++) {
    if (opensSingle(text, i)) break;
    const closes =
      closers.includes(text.charAt(i)) &&
      /\S/.test(text.charAt(i - 1)) &&
      !/[\p{L}\p{N}]/u.test(text.charAt(i + 1));
    if (closes && !/s/i.test(text.charAt(i - 1))) return i;
    if (closes) afterS ??= i;
  }
  return afterS;
}

function opensSingle(text: string, at: number): boolean {
  return (
    "'‘‚".includes(text.charAt(at)) &&
    !/[\p{L}\p{N}]/u.test(text.charAt(at - 1)) &&
    /\S/.test(text.charAt(at + 1)) &&
    !shortForm.test(text.slice(at + 1))
  );
}

/** The text without the marks of one of its quotations, nor the spaces that French puts inside them. */
export function withoutMarks(text: string, quotation: Quotation): string {
  const inner = text.slice(quotation.start + 1, quotation.end).trim();
  return text.slice(0, quotation.start) + inner + text.slice(quotation.end + 1);
}

/** The pieces of one text, with a quotation that runs over a cut closed before it and opened again after. */
export function carryQuotations(pieces: readonly string[]): string[] {
  let opener = '';
  return pieces.map((piece) => {
    const text = opener + piece;
    const open = quotations(text).find((quotation) => !quotation.closed);
    opener = open ? text.charAt(open.start) : '';
    return text + (closersOf.get(opener)?.charAt(0) ?? '');
  });
}
