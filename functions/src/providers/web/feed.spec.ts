import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { looksLikeXml, newestEnclosure } from './feed.js';

/** Newest enclosure of a feed that arrives in pieces of seven bytes, tags and characters cut apart. */
function newest(feed: string): Promise<string | null> {
  const bytes = Buffer.from(feed);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
    bytes.subarray(i * 7, i * 7 + 7),
  );
  return newestEnclosure(Readable.from(pieces));
}

const item = (date: string | null, url: string, type = 'audio/mpeg') =>
  `<item><title>Ünïcode &amp; more</title>${date === null ? '' : `<pubDate>${date}</pubDate>`}` +
  `<enclosure url="${url}" length="1" type="${type}"/></item>`;
const rss = (...items: string[]) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Show</title>${items.join('')}</channel></rss>`;

describe('newestEnclosure', () => {
  it('takes the latest by date, wherever it stands', async () => {
    const feed = rss(
      item('Tue, 03 Nov 2026 08:00:00 GMT', 'https://a.example/2.mp3'),
      item('Thu, 05 Nov 2026 09:00:00 +0200', 'https://a.example/3.mp3'),
      item('Sun, 01 Nov 2026 08:00:00 GMT', 'https://a.example/1.mp3'),
    );
    assert.equal(await newest(feed), 'https://a.example/3.mp3');
  });

  it('takes the first where none is dated', async () => {
    const feed = rss(
      item(null, 'https://a.example/1.mp3'),
      item('soon', 'https://a.example/2.mp3'),
    );
    assert.equal(await newest(feed), 'https://a.example/1.mp3');
  });

  it('decodes the address, and reads dates in CDATA', async () => {
    const feed = rss(
      item('Sun, 01 Nov 2026 08:00:00 GMT', 'https://a.example/1.mp3'),
      item('<![CDATA[Mon, 02 Nov 2026 08:00:00 GMT]]>', 'https://a.example/2.mp3?a=1&amp;b=2'),
    );
    assert.equal(await newest(feed), 'https://a.example/2.mp3?a=1&b=2');
  });

  it('passes over pictures and entries without a recording', async () => {
    const feed = rss(
      item('Thu, 05 Nov 2026 08:00:00 GMT', 'https://a.example/cover.jpg', 'image/jpeg'),
      '<item><pubDate>Fri, 06 Nov 2026 08:00:00 GMT</pubDate></item>',
      item('Sun, 01 Nov 2026 08:00:00 GMT', 'https://a.example/1.mp3'),
    );
    assert.equal(await newest(feed), 'https://a.example/1.mp3');
  });

  it('reads Atom, where a correction does not make an entry the newest', async () => {
    const entry = (published: string, updated: string, url: string) =>
      `<entry><published>${published}</published><updated>${updated}</updated>` +
      `<link rel="alternate" href="https://a.example/page"/><link rel="enclosure" type="audio/mpeg" href="${url}"/></entry>`;
    const old = entry('2026-11-01T00:00:00Z', '2026-11-20T00:00:00Z', 'https://a.example/1.mp3');
    const recent = entry('2026-11-05T00:00:00Z', '2026-11-05T00:00:00Z', 'https://a.example/2.mp3');
    const feed = `<feed xmlns="http://www.w3.org/2005/Atom">${old}${recent}</feed>`;
    assert.equal(await newest(feed), 'https://a.example/2.mp3');
  });

  it('answers null for a feed without recordings and for other XML', async () => {
    assert.equal(await newest(rss()), null);
    assert.equal(await newest('<?xml version="1.0"?><note>hello</note>'), null);
  });

  it('reads on where a feed is not well-formed', async () => {
    const feed = rss(
      '<item><title>a & b <br></title></item>',
      item(null, 'https://a.example/1.mp3'),
    );
    assert.equal(await newest(feed), 'https://a.example/1.mp3');
  });

  it('expands no entity that a document defines, and reads nothing that it names', async () => {
    const doctype =
      '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">' +
      '<!ENTITY file SYSTEM "file:///etc/passwd">]>';
    const feed = `<?xml version="1.0"?>${doctype}<rss><channel>${item(null, 'https://a.example/&b;&file;.mp3')}</channel></rss>`;
    assert.equal(await newest(feed), 'https://a.example/&b;&file;.mp3');
  });

  it('reads a feed of 10 MB piece by piece', async () => {
    const episode = item('Sun, 01 Nov 2026 08:00:00 GMT', 'https://a.example/1.mp3');
    const notes = `<item><description>${'word '.repeat(4000)}</description></item>`;
    const pieces = function* () {
      yield Buffer.from(`<rss><channel>${episode}`);
      for (let i = 0; i < 500; i += 1) yield Buffer.from(notes);
      yield Buffer.from('</channel></rss>');
    };
    assert.equal(await newestEnclosure(Readable.from(pieces())), 'https://a.example/1.mp3');
  });
});

describe('looksLikeXml', () => {
  it('knows feeds by their first bytes', () => {
    for (const start of [
      '<?xml version="1.0"?>',
      '\uFEFF\n <rss version="2.0">',
      '<feed xmlns="">',
    ]) {
      assert.equal(looksLikeXml(Buffer.from(start)), true, start);
    }
    for (const start of ['<!doctype html><html>', '<!-- x --><html>', 'ID3\u0003', '{}', '']) {
      assert.equal(looksLikeXml(Buffer.from(start)), false, start);
    }
  });
});
