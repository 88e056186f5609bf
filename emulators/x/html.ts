import type { Answer } from '../http/exchange.js';

/** Text made harmless for HTML content and attributes in double quotes. */
export const escapeHtml = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** A page. `body` is HTML, the title is text. It runs no script, whatever is in it. */
export function htmlAnswer(status: number, title: string, body: string, style = ''): Answer {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${BASE_STYLE}${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    'cache-control': 'no-store',
  };
  return { status, headers, body: html };
}

const BASE_STYLE = `
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #0f1419;
  font: 15px/1.4 -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", Helvetica, Arial, sans-serif; }
main { max-width: 600px; min-height: 100vh; margin: 0 auto;
  border: solid #eff3f4; border-width: 0 1px; }
a { color: #1d9bf0; text-decoration: none; }
a:hover { text-decoration: underline; }
`;
