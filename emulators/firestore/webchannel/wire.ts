import { formatAsciiJson } from '../rest/protoJson.js';

/** What the server sends: a message, or a word of the protocol's own, under a running number. */
export type NumberedArray = readonly [id: number, content: readonly unknown[]];

/** A client's message: its running number and its text. */
export interface ForwardMessage {
  readonly id: number;
  readonly text: string;
}

/**
 * Writes arrays as one chunk: its length, a line break, JSON. The client counts UTF-16 units, and may
 * get a chunk in parts; with everything beyond ASCII escaped, these are bytes, and no character is cut.
 */
export function formatChunk(content: readonly unknown[]): string {
  const json = formatAsciiJson(content);
  return `${json.length}\n${json}`;
}

/** Reads the form that a client posts: `count`, `ofs` and one `reqN___data__` for each message. */
export function readMessages(form: URLSearchParams): ForwardMessage[] {
  const count = Number(form.get('count') ?? 0);
  const offset = Number(form.get('ofs') ?? 0);
  const messages: ForwardMessage[] = [];
  for (const [name, text] of form) {
    const index = /^req(\d+)___data__$/.exec(name)?.[1];
    if (index !== undefined) messages.push({ id: offset + Number(index), text });
  }
  return messages.slice(0, count);
}

/** Reads headers that a client put into a form or a URL, to spare a preflight; names in lower case. */
export function readHeaders(text: string | null): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of (text ?? '').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}
