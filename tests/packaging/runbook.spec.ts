import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from '../../scripts/ops/arguments.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sourceFolder = join(root, 'functions/src');

/** What the pattern's group finds, each once. */
function allOf(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))];
}

async function readSources(): Promise<string> {
  const files = await readdir(sourceFolder, { recursive: true });
  const own = files.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  const texts = await Promise.all(own.map((name) => readFile(join(sourceFolder, name), 'utf8')));
  return texts.join('\n');
}

describe('the runbook', () => {
  let runbook: string;
  let sources: string;

  before(async () => {
    runbook = await readFile(join(root, 'docs/runbook.md'), 'utf8');
    sources = await readSources();
  });

  /** The rows of the table whose header begins so, without it. */
  function rowsOf(header: string): string[] {
    const [, table = ''] = runbook.split(`\n| ${header} `);
    return (table.split('\n\n')[0] ?? '').split('\n').slice(2);
  }

  it('searches for messages that the functions write', () => {
    const filtered = allOf(runbook, /jsonPayload\.message="([^"]+)"/g);
    const tabled = rowsOf('message').flatMap((row) => allOf(row.split('|')[1] ?? '', /`([^`]+)`/g));
    assert.ok(filtered.length > 10 && tabled.length >= 10);
    for (const message of [...filtered, ...tabled]) {
      assert.ok(sources.includes(`'${message}'`), message);
    }
  });

  it('names collections and fields of logs that there are', () => {
    const fields = allOf(runbook, /jsonPayload\.(\w+)/g);
    assert.ok(fields.length > 4);
    for (const field of fields) assert.match(sources, new RegExp(`\\b${field}\\b`), field);
    const cells = rowsOf('collection').map((row) => row.split('|')[1] ?? '');
    const collections = cells.flatMap((cell) => allOf(cell, /`([a-z-]+)/g));
    assert.ok(collections.length > 10);
    const contract = ['jobs', 'users', 'uploads'];
    for (const name of collections) {
      assert.ok(contract.includes(name) || sources.includes(name), name);
    }
  });

  it('runs commands of npm run ops that there are', () => {
    const named = allOf(runbook, /npm run ops -- ([a-z]+-[a-z]+)/g);
    assert.ok(named.length > 1);
    for (const command of named)
      assert.ok(
        commands.some((known) => known === command),
        command,
      );
  });

  it('says how each secret is rotated', () => {
    const secrets = allOf(sources, /defineSecret\('(\w+)'\)/g);
    const told = rowsOf('secret').flatMap((row) => allOf(row.split('|')[1] ?? '', /`(\w+)`/g));
    assert.deepEqual(told.sort(), secrets.sort());
  });

  it('lists everything that runs by the clock', () => {
    const scheduled = allOf(sources, /scheduled\(\s*'(\w+)'/g);
    const told = rowsOf('function').flatMap((row) => allOf(row.split('|')[1] ?? '', /`(\w+)`/g));
    assert.deepEqual(told.sort(), scheduled.sort());
  });
});
