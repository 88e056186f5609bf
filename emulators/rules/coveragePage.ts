import type { CoverageReport, ExpressionReport, ValueCount } from './api.js';

/** A report on coverage as a page: the source, with what each expression came to under the pointer. */
export function coveragePage({ rules, report = [] }: CoverageReport): string {
  const sections = rules.files.map(({ name, content }) => {
    const source = between(content, report, 0, content.length);
    return `<h1>${escape(name)}</h1><pre>${source}</pre>`;
  });
  const body = sections.length > 0 ? sections.join('') : '<p>There are no rules in force.</p>';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Coverage of the rules</title><style>${STYLE}</style></head>
<body>
<p>Point at an expression for its values and how often it had them:
<span class="seen">evaluated</span>, <span class="failed">also an error</span>,
<span class="never">never evaluated</span>.</p>
${body}
</body>
</html>
`;
}

const STYLE = `
body { font-family: sans-serif; margin: 2em; }
pre { line-height: 1.6; tab-size: 2; }
.seen { background: #dff5e1; }
.failed { background: #fdf0c4; }
.never { background: #fbdcdc; }
span:hover { outline: 1px solid #888; }
`;

/** The source from one offset to another, with a `span` around each of these expressions. */
function between(
  source: string,
  expressions: readonly ExpressionReport[],
  from: number,
  to: number,
): string {
  let html = '';
  let position = from;
  for (const expression of expressions) {
    const { currentOffset, endOffset } = expression.sourcePosition;
    const { values = [], children = [] } = expression;
    const inner = between(source, children, currentOffset, endOffset + 1);
    html += escape(source.slice(position, currentOffset));
    html += `<span class="${classOf(values)}" title="${escape(describe(values))}">${inner}</span>`;
    position = endOffset + 1;
  }
  return html + escape(source.slice(position, to));
}

function classOf(values: readonly ValueCount[]): string {
  if (values.length === 0) return 'never';
  return values.some(({ value }) => 'undefined' in value) ? 'failed' : 'seen';
}

function describe(values: readonly ValueCount[]): string {
  if (values.length === 0) return 'Expression never evaluated';
  const total = values.reduce((sum, { count }) => sum + count, 0);
  const lines = values.map(({ value, count }) => `${JSON.stringify(value)}: ${count}`);
  return [`Evaluated ${total} times`, ...lines].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
