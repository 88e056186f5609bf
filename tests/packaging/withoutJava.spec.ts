import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = join(ROOT, 'emulators/dist/cli/main.js');

/** Nobody but an administrator may do anything, as in a new project. */
const RULES = `rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /{document=**} { allow read, write: if false; }
  }
}
`;

/** What the project runs under its emulators: says in JSON what it found. */
const SCRIPT = `import { initializeApp } from 'firebase-admin/app';
import { getAuth } from 'firebase-admin/auth';
import { getFirestore } from 'firebase-admin/firestore';

initializeApp({ projectId: process.env.GCLOUD_PROJECT });
const { uid } = await getAuth().createUser({ email: 'someone@example.com' });
const user = getFirestore().doc('users/' + uid);
await user.set({ visits: 1 });
const { visits } = (await user.get()).data();
const path = '/v1/projects/' + process.env.GCLOUD_PROJECT + '/databases/(default)/documents/users/' + uid;
const { status } = await fetch('http://' + process.env.FIRESTORE_EMULATOR_HOST + path);
console.log('found ' + JSON.stringify({ visits, status }));
`;

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

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'tiny-firebase-'));
    const [firestore, websocket, auth, hub, logging] = await freePorts(5);
    const at = (port: number | undefined) => ({ host: '127.0.0.1', port });
    const config = {
      firestore: { rules: 'firestore.rules' },
      emulators: {
        firestore: { ...at(firestore), websocketPort: websocket },
        auth: at(auth),
        hub: at(hub),
        logging: at(logging),
        ui: { enabled: false },
      },
    };
    await writeFile(join(project, 'package.json'), '{"type":"module"}');
    await writeFile(join(project, 'firebase.json'), JSON.stringify(config));
    await writeFile(join(project, 'firestore.rules'), RULES);
    await writeFile(join(project, 'check.js'), SCRIPT);
    // As one who declined to have their use reported: else the CLI waits for that, offline for a minute.
    await mkdir(join(project, '.config/configstore'), { recursive: true });
    await writeFile(join(project, '.config/configstore/firebase-tools.json'), '{"usage":false}');
    await symlink(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  });
  after(async () => {
    await rm(project, { recursive: true, force: true });
  });

  const run = (folder: string, ...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [COMMAND, ...args], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        // Nothing of the developer's own account, settings and downloads.
        HOME: folder,
        XDG_CONFIG_HOME: join(folder, '.config'),
        CI: 'true',
        METADATA_SERVER_DETECTION: 'none',
      },
    });

  it('runs a script with firebase-admin under emulators:exec, with the project’s rules', async () => {
    const { stdout } = await run(
      project,
      'emulators:exec',
      '--project',
      'demo-tiny',
      '--only',
      'firestore,auth',
      'node check.js',
    );
    const found = /found (.*)/.exec(stdout)?.[1];
    assert.ok(found !== undefined, stdout);
    assert.deepEqual(JSON.parse(found), { visits: 1, status: 403 });
  }).timeout(120_000);

  it('ends as the CLI ends', async () => {
    await assert.rejects(run(project, 'no-such-command'), { code: 1 });
  }).timeout(60_000);

  it('says what to install where there is no CLI', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'no-firebase-'));
    const env = { PATH: empty };
    const attempt = promisify(execFile)(process.execPath, [COMMAND], { cwd: empty, env });
    await assert.rejects(attempt, /firebase-tools is not installed: run npm install/);
    await rm(empty, { recursive: true });
  }).timeout(30_000);
});
