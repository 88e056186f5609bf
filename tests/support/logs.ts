import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../scripts/platform/workspace.js';
import { ports } from './platform.js';

const entrySchema = z.looseObject({ severity: z.string(), message: z.string() });
export type Entry = z.infer<typeof entrySchema>;

const folder = join(ROOT, '.cache/platform', String(ports.offset));

/** What the platform and its functions have logged, a line each. */
export async function logLines(): Promise<string[]> {
  return linesOf('platform.log');
}

/** The same, and what the Firebase CLI wrote for its own debugging, which has requests whole. */
export async function allLogLines(): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  assert.ok(names.includes('platform.log'));
  return (await Promise.all(names.map(linesOf))).flat();
}

async function linesOf(name: string): Promise<string[]> {
  return (await readFile(join(folder, name), 'utf8')).split('\n');
}

/** The structured entries that the functions have written, as Cloud Logging would get them. */
export async function logEntries(): Promise<Entry[]> {
  return (await logLines()).flatMap((line) => {
    const json = /\{.*\}$/.exec(line)?.[0];
    return json === undefined ? [] : (entryOf(json) ?? []);
  });
}

function entryOf(json: string): Entry | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
