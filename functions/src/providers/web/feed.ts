import type { Readable } from 'node:stream';
import type { QualifiedTag, Tag } from 'sax';

/** Whether a document's first bytes are the beginning of an RSS or Atom feed, or of XML at all. */
export function looksLikeXml(start: Buffer): boolean {
  const text = start
    .subarray(0, 512)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  return /^<(\?xml|rss|feed|!--)/i.test(text) && !/<html/i.test(text);
}

interface Entry {
  enclosure: string | null;
  /** Milliseconds since 1970, or -Infinity where the feed states no readable date. */
  published: number;
}

/** Where each format keeps an entry and its date: RSS 2.0, and Atom (RFC 4287, 4.1.2 and 4.2.7.2). */
const ENTRY = new Set(['item', 'entry']);
const DATE = new Set(['pubdate', 'published', 'updated', 'dc:date']);

/**
 * The address of a feed's newest recording, as written in it: the enclosure of the entry with the
 * latest date, the first of them where several or none are dated. Null where no entry has one.
 *
 * The parser streams, so memory stays small whatever the feed's length; entities that
 * a document defines itself are not expanded, and nothing is fetched.
 */
export async function newestEnclosure(feed: Readable): Promise<string | null> {
  const sax = (await import('sax')).default;
  const parser = sax.parser(false, { lowercase: true, trim: true });
  const reader = new FeedReader();
  parser.onopentag = (tag) => {
    reader.open(tag);
  };
  parser.onclosetag = (name) => {
    reader.close(name);
  };
  parser.ontext = parser.oncdata = (text) => {
    reader.text(text);
  };
  parser.onerror = () => {
    // Feeds are often not quite XML: what can be read counts.
    parser.resume();
  };
  const decoder = new TextDecoder();
  for await (const chunk of feed) parser.write(decoder.decode(chunk as Buffer, { stream: true }));
  parser.close();
  return reader.newest?.enclosure ?? null;
}

class FeedReader {
  newest: Entry | null = null;
  #entry: Entry | null = null;
  #date: string | null = null;

  open(tag: Tag | QualifiedTag): void {
    if (ENTRY.has(tag.name)) this.#entry = { enclosure: null, published: -Infinity };
    if (!this.#entry) return;
    if (DATE.has(tag.name)) this.#date = '';
    this.#entry.enclosure ??= enclosureOf(tag);
  }

  text(text: string): void {
    if (this.#date !== null && this.#date.length < 100) this.#date += text;
  }

  close(name: string): void {
    if (this.#entry && this.#date !== null && DATE.has(name)) {
      const date = Date.parse(this.#date);
      // A correction to an old episode does not make it the newest.
      const counts = name !== 'updated' || this.#entry.published === -Infinity;
      if (!Number.isNaN(date) && counts) this.#entry.published = date;
      this.#date = null;
    }
    if (!this.#entry || !ENTRY.has(name)) return;
    const isNewer = !this.newest || this.#entry.published > this.newest.published;
    if (this.#entry.enclosure !== null && isNewer) this.newest = this.#entry;
    this.#entry = null;
  }
}

/** RSS: `<enclosure url type>`; Atom: `<link rel="enclosure" href type>`. Pictures do not count. */
function enclosureOf(tag: Tag | QualifiedTag): string | null {
  const attribute = (name: string): string => {
    const value = tag.attributes[name];
    return typeof value === 'string' ? value.trim() : (value?.value ?? '').trim();
  };
  const isEnclosure =
    tag.name === 'enclosure' || (tag.name === 'link' && attribute('rel') === 'enclosure');
  const type = attribute('type').toLowerCase();
  if (!isEnclosure || /^(image|text)\//.test(type)) return null;
  return attribute(tag.name === 'enclosure' ? 'url' : 'href') || null;
}
