import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const shim = join(import.meta.dirname, 'java');

/** Prints its arguments, as the programs that the shim starts would see them. */
const echo = 'console.log(JSON.stringify(process.argv.slice(2)));';

describe('java shim', () => {
  let folder: string;
  const run = (...args: readonly string[]) => {
    const env = { ...process.env, QUIKTHREAD_NODE: process.execPath };
    return spawnSync(join(folder, 'java', 'java'), args, { encoding: 'utf8', env });
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'java-shim-'));
    mkdirSync(join(folder, 'java'));
    copyFileSync(shim, join(folder, 'java', 'java'));
    const program = join(folder, 'dist', 'firestore');
    mkdirSync(program, { recursive: true });
    writeFileSync(join(folder, 'dist', 'package.json'), '{"type":"module"}');
    writeFileSync(join(program, 'main.js'), echo);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('says a version that the Firebase CLI accepts, on stderr', () => {
    const { status, stderr } = run('-Duser.language=en', '-Dfile.encoding=UTF-8', '-version');
    assert.equal(status, 0);
    assert.ok(Number(/version "([1-9][0-9]*)/.exec(stderr)?.[1]) >= 21);
  });

  it('starts the Firestore stand-in with the arguments of the official program', () => {
    const jar = '/a b/cloud-firestore-emulator-v1.22.0.jar';
    const args = ['--host', '127.0.0.1', '--rules', '/a b/firestore.rules'];
    const { status, stdout } = run('-Duser.language=en', '-jar', jar, ...args);
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(stdout), args);
  });

  it('says what to build, and where, where the program is missing', () => {
    const { status, stderr } = run('-jar', 'cloud-storage-rules-runtime-v1.1.3.jar');
    assert.equal(status, 1);
    assert.match(stderr, /rules\/storage-runtime\/main.js is not built: run npm run build in /);
    assert.ok(stderr.endsWith(`${folder}\n`), stderr);
  });

  it('starts the bundle where the package has nothing else, whatever its age', () => {
    const bundles = join(folder, 'dist', 'bundle');
    mkdirSync(bundles);
    writeFileSync(join(bundles, 'start.cjs'), 'console.log(process.argv.slice(2).join());');
    writeFileSync(join(bundles, 'rules.cjs'), '');
    const { status, stdout } = run('-jar', 'cloud-storage-rules-runtime-v1.1.3.jar', 'serve');
    rmSync(bundles, { recursive: true });
    assert.equal(status, 0);
    assert.match(stdout, /\/bundle\/rules\.cjs,serve\n$/);
  });

  it('refuses every other use', () => {
    for (const args of [['-jar', 'firebase-database-emulator.jar'], ['Main'], [], ['-jar']]) {
      const { status, stdout } = run(...args);
      assert.deepEqual([status, stdout], [1, '']);
    }
  });
});
