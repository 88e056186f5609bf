import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Prints what a program sees of its surroundings. */
const echo = (word: string): string => `
  const { basename } = require('node:path');
  console.log(JSON.stringify(['${word}', basename(__filename), ...process.argv.slice(2)]));
`;

describe('the starter of a bundled program', () => {
  let folder: string;
  let compiled: string;
  let program: string;
  const run = (...args: readonly string[]): unknown => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(compiled, 'start.cjs'), program, ...args],
      {
        encoding: 'utf8',
      },
    );
    assert.deepEqual([status, stderr], [0, '']);
    return JSON.parse(stdout);
  };
  const caches = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.cache'));

  before(() => {
    compiled = mkdtempSync(join(tmpdir(), 'java-start-'));
    buildSync({
      entryPoints: [join(import.meta.dirname, 'start.ts')],
      outfile: join(compiled, 'start.cjs'),
      bundle: true,
      format: 'cjs',
      platform: 'node',
    });
  });
  after(() => {
    rmSync(compiled, { recursive: true });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'java-start-'));
    program = join(folder, 'program.cjs');
    writeFileSync(program, echo('first'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('runs the program with its arguments, and leaves what V8 compiled of it', () => {
    assert.deepEqual(run('--port', '0'), ['first', 'program.cjs', '--port', '0']);
    assert.equal(caches().length, 1);
  });

  it('takes it at the next start, and does not write it again', () => {
    run();
    const [cache = ''] = caches();
    const written = statSync(join(folder, cache)).mtimeMs;
    assert.deepEqual(run('again'), ['first', 'program.cjs', 'again']);
    assert.equal(statSync(join(folder, cache)).mtimeMs, written);
  });

  it('never takes that of another program of the same name and length', () => {
    run();
    writeFileSync(program, echo('other'));
    assert.deepEqual(run(), ['other', 'program.cjs']);
  });

  it('compiles anew, and replaces it, where it is of another Node or broken', () => {
    run();
    const [cache = ''] = caches();
    writeFileSync(join(folder, cache), 'nothing that V8 wrote');
    assert.deepEqual(run(), ['first', 'program.cjs']);
    assert.ok(statSync(join(folder, cache)).size > 100);
  });

  it('does without where none can be written', () => {
    run();
    const [cache = ''] = caches();
    rmSync(join(folder, cache));
    mkdirSync(join(folder, cache));
    assert.deepEqual(run(), ['first', 'program.cjs']);
    assert.deepEqual(caches(), [cache]);
  });
});
