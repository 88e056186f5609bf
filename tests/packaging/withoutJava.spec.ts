import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROJECT = ['--project', 'demo-tiny'] as const;

/** Nobody but an administrator may do anything, as in a new project. */
const FIRESTORE_RULES = `rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /{document=**} { allow read, write: if false; }
  }
}
`;
const STORAGE_RULES = `rules_version = '2';
service firebase.storage {
  match /b/{bucket}/o {
    match /{path=**} { allow read, write: if false; }
  }
}
`;

/** Says in JSON what it found, which it wrote before where it is told to; the last of it as nobody. */
const SCRIPT = `import { initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import { getStorage } from 'firebase-admin/storage';

const { FIRESTORE_EMULATOR_HOST, FIREBASE_STORAGE_EMULATOR_HOST } = process.env;
initializeApp({ projectId: 'demo-tiny', storageBucket: 'demo-tiny.appspot.com' });
const user = getFirestore().doc('users/ada');
const note = getStorage().bucket().file('ada.txt');
if (process.argv[2] === 'write') await Promise.all([user.set({ visits: 1 }), note.save('hello')]);
const { visits } = (await user.get()).data();
const text = String((await note.download())[0]);
const documents = FIRESTORE_EMULATOR_HOST + '/v1/projects/demo-tiny/databases/(default)/documents';
const objects = FIREBASE_STORAGE_EMULATOR_HOST + '/v0/b/demo-tiny.appspot.com/o';
const urls = [documents + '/users/ada', objects + '/ada.txt'];
const refused = await Promise.all(urls.map(async (url) => (await fetch('http://' + url)).status));
console.log('found ' + JSON.stringify({ visits, text, refused }));
`;

const EXPECTED = { visits: 1, text: 'hello', refused: [403, 403] };

/** Some ports that nothing listens on. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

describe('the stand-ins in front of another Firebase project', () => {
  let project: string;
  let ports: { firestore: number; storage: number };

  /** Nothing of the developer's own account, settings and downloads. */
  const environment = () => ({ PATH: process.env['PATH'], HOME: project, CI: 'true' });
  const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    promisify(execFile)(program, args, { cwd: project, env: { ...environment(), ...env } });

  before(async function () {
    this.timeout(60_000);
    project = await mkdtemp(join(tmpdir(), 'tiny-firebase-'));
    const [firestore = 0, storage = 0, websocket, hub, logging] = await freePorts(5);
    ports = { firestore, storage };
    const at = (port: number | undefined) => ({ host: '127.0.0.1', port });
    const config = {
      firestore: { rules: 'firestore.rules' },
      storage: { rules: 'storage.rules' },
      emulators: {
        firestore: { ...at(firestore), websocketPort: websocket },
        storage: at(storage),
        hub: at(hub),
        logging: at(logging),
        ui: { enabled: false },
      },
    };
    await writeFile(join(project, 'package.json'), '{"type":"module"}');
    await writeFile(join(project, 'firebase.json'), JSON.stringify(config));
    await writeFile(join(project, 'firestore.rules'), FIRESTORE_RULES);
    await writeFile(join(project, 'storage.rules'), STORAGE_RULES);
    await writeFile(join(project, 'check.js'), SCRIPT);
    await installPackages();
  });
  after(async () => {
    await rm(project, { recursive: true, force: true });
  });

  /** Installs the stand-ins as they are built, and links the checkout's own of what a project has besides. */
  async function installPackages(): Promise<void> {
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', project];
    const { stdout } = await run('npm', [...pack, join(ROOT, 'emulators')]);
    const quietly = ['--no-save', '--offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...quietly, join(project, stdout.trim())]);
    for (const name of ['firebase-tools', 'firebase-admin']) {
      await symlink(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
    }
  }

  it('are a package of their programs alone, without dependencies', async () => {
    const modules = join(project, 'node_modules');
    const folder = join(modules, '@quikthread/emulators');
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    assert.deepEqual(
      files
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name).slice(folder.length + 1))
        .sort(),
      [
        'README.md',
        'dist/bundle/firestore.cjs',
        'dist/bundle/rules.cjs',
        'dist/bundle/start.cjs',
        'dist/cli/environment.js',
        'dist/cli/firebaseTools.js',
        'dist/cli/main.js',
        'firestore/README.md',
        'java/java',
        'package.json',
        'rules/README.md',
      ],
    );
    assert.deepEqual((await readdir(modules)).filter((name) => /^[@a-z]/.test(name)).sort(), [
      '@quikthread',
      'firebase-admin',
      'firebase-tools',
    ]);
  });

  it('serve firebase-admin by the project’s rules, and export all when Ctrl-C ends them', async () => {
    const command = join(project, 'node_modules/.bin/firebase-without-java');
    const args = ['emulators:start', ...PROJECT, '--export-on-exit', 'saved'];
    const emulators = spawn(command, args, { cwd: project, env: environment() });
    const closed = once(emulators, 'close');
    const output: string[] = [];
    try {
      await until(emulators, 'All emulators ready', output);
      const { stdout } = await run(process.execPath, ['check.js', 'write'], {
        FIRESTORE_EMULATOR_HOST: `127.0.0.1:${ports.firestore}`,
        FIREBASE_STORAGE_EMULATOR_HOST: `127.0.0.1:${ports.storage}`,
      });
      assert.deepEqual(found(stdout), EXPECTED);
    } finally {
      // To our command alone: a terminal would tell the CLI as well.
      emulators.kill('SIGINT');
    }
    assert.deepEqual(await closed, [0, null]);
    assert.match(output.join(''), /Export complete/);
  }).timeout(120_000);

  it('run a script under emulators:exec on what was exported', async () => {
    const args = ['emulators:exec', ...PROJECT, '--import', 'saved', 'node check.js'];
    const { stdout } = await run('npx', ['firebase-without-java', ...args]);
    assert.deepEqual(found(stdout), EXPECTED);
  }).timeout(120_000);
});

/** Collects what a program prints, and resolves once it prints some words. */
function until(program: ChildProcess, words: string, output: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    program.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output.push(text);
      if (output.join('').includes(words)) resolve();
    });
    program.once('close', () => {
      reject(new Error(`ended before it said ${words}:\n${output.join('')}`));
    });
  });
}

function found(output: string): unknown {
  const json = /found (.*)/.exec(output)?.[1];
  assert.ok(json !== undefined, output);
  return JSON.parse(json);
}
