import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { endLeftovers, endProcess, spawnNode } from './processes.js';
import { ROOT } from './workspace.js';

/** Says its id and stays; whatever it is asked. */
const STUBBORN = `
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
console.log(process.pid);
setInterval(() => undefined, 1000);
`;

/** Starts the stubborn program in a process group of its own, says its id, and ends. */
const ORPHANING = `
import { spawn } from 'node:child_process';
const child = spawn(process.execPath, [process.argv[2]], { detached: true, stdio: 'ignore' });
child.unref();
console.log(child.pid);
process.disconnect();
`;

/** A zombie, whom nobody has asked for its exit code, has ended too. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return status !== null && !/\) [ZX] /.test(status);
}

async function untilEnded(pid: number): Promise<void> {
  while (await isAlive(pid)) await sleep(20);
}

describe('the processes of a platform', () => {
  let folder: string;
  let stubborn: string;
  let orphaning: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'processes-'));
    stubborn = join(folder, 'stubborn.mjs');
    orphaning = join(folder, 'orphaning.mjs');
    await writeFile(stubborn, STUBBORN);
    await writeFile(orphaning, ORPHANING);
  });
  after(() => rm(folder, { recursive: true }));

  function start(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const environment = { ...process.env, ...env };
    return spawnNode({ node: process.execPath, script, args, cwd: folder, env: environment });
  }

  async function firstNumber(child: ReturnType<typeof spawnNode>): Promise<number> {
    assert.ok(child.stdout);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return Number(line);
  }

  it('are killed where they do not end when asked', async () => {
    const child = start(stubborn);
    await firstNumber(child);
    await endProcess(child, 'SIGTERM', 100);
    assert.equal(child.signalCode, 'SIGKILL');
  });

  it('are found by their environment where they left the group and lost their parent', async () => {
    const mark = randomUUID();
    const orphan = await firstNumber(start(orphaning, [stubborn], { PLATFORM_TEST: mark }));
    assert.ok(await isAlive(orphan));
    await endLeftovers('PLATFORM_TEST', mark, 100);
    await untilEnded(orphan);
  });

  it('end when the one who started them is killed', async () => {
    const patient = join(folder, 'patient.mjs');
    await writeFile(patient, 'setInterval(() => undefined, 1000);');
    const starter = join(folder, 'starter.ts');
    const module = pathToFileURL(join(ROOT, 'scripts/platform/processes.ts')).href;
    await writeFile(
      starter,
      `import { spawnNode } from ${JSON.stringify(module)};
      const child = spawnNode({
        node: process.execPath, script: ${JSON.stringify(patient)}, args: [], cwd: '/', env: {},
      });
      console.log(child.pid);`,
    );
    const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
    const parent = start(tsx, [starter]);
    const child = await firstNumber(parent);
    assert.ok((await isAlive(child)) && parent.pid !== undefined);
    process.kill(-parent.pid, 'SIGKILL');
    await untilEnded(child);
  });
});
