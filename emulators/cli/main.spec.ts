import assert from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

const DOWNLOADS = {
  firestore: { downloadPathRelativeToCacheDir: 'cloud-firestore-emulator-v9.jar' },
  storage: { downloadPathRelativeToCacheDir: 'cloud-storage-rules-runtime-v9.jar' },
};

/** Stands in for the Firebase CLI: says what it sees, then does as it is told. */
const CLI = `
const { PATH, FIREBASE_EMULATORS_PATH, QUIKTHREAD_NODE } = process.env;
const [what, code] = process.argv.slice(2);
console.log(JSON.stringify({ PATH, FIREBASE_EMULATORS_PATH, QUIKTHREAD_NODE, file: __filename }));
if (what === 'end') process.exit(Number(code));
if (what === 'die') process.kill(process.pid, code);
process.on('SIGINT', () => { console.log('exported'); process.exit(0); });
process.on('SIGTERM', () => process.exit(7));
setInterval(() => {}, 1000);
console.log('ready');
`;

describe('firebase-without-java', () => {
  let project: string;
  let running: ChildProcessWithoutNullStreams | undefined;

  /** Puts a CLI in a folder, as npm would. */
  const install = (folder: string, downloads: object = DOWNLOADS) => {
    mkdirSync(join(folder, 'lib/bin'), { recursive: true });
    mkdirSync(join(folder, 'lib/emulator'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"name":"firebase-tools","type":"commonjs"}');
    writeFileSync(join(folder, 'lib/bin/firebase.js'), CLI, { mode: 0o755 });
    const list = join(folder, 'lib/emulator/downloadableEmulatorInfo.json');
    writeFileSync(list, JSON.stringify(downloads));
  };
  const start = (args: readonly string[], path = dirname(process.execPath)) => {
    const words = ['--import', TSX, MAIN, ...args];
    running = spawn(process.execPath, words, { cwd: project, env: { HOME: project, PATH: path } });
    return running;
  };
  const run = async (...parameters: Parameters<typeof start>) => {
    const child = start(...parameters);
    const exited = once(child, 'exit') as Promise<[number | null]>;
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await exited;
    return { code, output, errors };
  };

  beforeEach(() => {
    project = realpathSync(mkdtempSync(join(tmpdir(), 'without-java-')));
  });
  afterEach(() => {
    running?.kill('SIGKILL');
    rmSync(project, { recursive: true });
  });

  it('runs the project’s CLI in an environment with our java and files that are no programs', async () => {
    const folder = join(project, 'node_modules/firebase-tools');
    install(folder);
    const { code, output } = await run(['end', '0']);
    assert.equal(code, 0);
    const seen = JSON.parse(output) as Record<string, string>;
    const { PATH = '', FIREBASE_EMULATORS_PATH = '', ...rest } = seen;
    assert.deepEqual(rest, {
      QUIKTHREAD_NODE: process.execPath,
      file: join(folder, 'lib/bin/firebase.js'),
    });
    const [java = '', ...others] = PATH.split(delimiter);
    assert.match(java, /\/java$/);
    assert.deepEqual(others, [dirname(process.execPath)]);
    assert.ok(FIREBASE_EMULATORS_PATH.startsWith(project));
    assert.deepEqual(
      readdirSync(FIREBASE_EMULATORS_PATH).sort(),
      Object.values(DOWNLOADS).map((download) => download.downloadPathRelativeToCacheDir),
    );
  });

  it('takes the command firebase where the project has no CLI of its own', async () => {
    const global = join(project, 'global');
    install(join(global, 'lib/node_modules/firebase-tools'));
    mkdirSync(join(global, 'bin'));
    const program = join(global, 'lib/node_modules/firebase-tools/lib/bin/firebase.js');
    symlinkSync(program, join(global, 'bin/firebase'));
    const path = [dirname(process.execPath), join(global, 'bin')].join(delimiter);
    const { output } = await run(['end', '0'], path);
    assert.equal((JSON.parse(output) as { file: string }).file, program);
  });

  it('ends as the CLI ends, by itself or by a signal', async () => {
    install(join(project, 'node_modules/firebase-tools'));
    assert.equal((await run(['end', '3'])).code, 3);
    assert.equal((await run(['die', 'SIGKILL'])).code, 137);
  });

  for (const [signal, code, last] of [
    ['SIGINT', 0, 'exported'],
    ['SIGTERM', 7, 'ready'],
  ] as const) {
    it(`passes ${signal} on, and waits for the CLI’s end`, async () => {
      install(join(project, 'node_modules/firebase-tools'));
      const child = start(['stay']);
      const closed = once(child, 'close') as Promise<[number | null, string | null]>;
      const lines: string[] = [];
      createInterface(child.stdout).on('line', (line) => {
        lines.push(line);
        if (line === 'ready') child.kill(signal);
      });
      assert.deepEqual([...(await closed), lines.at(-1)], [code, null, last]);
    });
  }

  it('says what to install where there is no CLI, or another program of its name', async () => {
    const wanted = /^firebase-without-java: firebase-tools is not installed: run npm install /;
    const empty = join(project, 'bin');
    mkdirSync(empty);
    const nothing = await run([], empty);
    assert.equal(nothing.code, 1);
    assert.match(nothing.errors, wanted);
    writeFileSync(join(empty, 'firebase'), '#!/bin/sh\n', { mode: 0o755 });
    assert.match((await run([], empty)).errors, wanted);
  });

  it('says which version of the CLI it needs, and where it looked', async () => {
    const folder = join(project, 'node_modules/firebase-tools');
    install(folder, { firestore: { version: '1.19.8' } });
    const { code, errors } = await run([]);
    assert.equal(code, 1);
    const list = join(folder, 'lib/emulator/downloadableEmulatorInfo.json');
    assert.equal(
      errors,
      `firebase-without-java: ${list} names no program for firestore: firebase-tools must be 15 or newer\n`,
    );
  });
}).timeout(60_000);
