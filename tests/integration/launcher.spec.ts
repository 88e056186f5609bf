import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { portsAt, portsInUse } from '../../scripts/platform/ports.js';
import { ROOT, wantsOfficialEmulators } from '../../scripts/platform/workspace.js';
import { ports } from '../support/platform.js';

/** Beside the platform that these tests run on. */
const other = portsAt(ports.offset + 500);

/** Every process whose command line or environment mentions the text. */
async function processesNaming(mark: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const mentions = ids.map(async (id) => {
    const files = [`/proc/${id}/cmdline`, `/proc/${id}/environ`];
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
    return texts.some((content) => content.includes(mark)) ? [id] : [];
  });
  return (await Promise.all(mentions)).flat();
}

describe('npm start', function () {
  this.timeout(180_000);
  const programs: ChildProcess[] = [];

  /** `npm start`; what it starts ends with it, however it ends. */
  function startPlatform(offset: number): ChildProcess {
    const program = spawn(process.execPath, ['--import', 'tsx', 'scripts/start.ts'], {
      cwd: ROOT,
      env: { ...process.env, PORT_OFFSET: String(offset) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    programs.push(program);
    return program;
  }

  after(() => {
    for (const program of programs) program.kill('SIGKILL');
  });

  it('names the ports that are in use and who wants them, and starts nothing', async () => {
    const started = startPlatform(ports.offset);
    assert.ok(started.stderr);
    const said = await text(started.stderr);
    if (started.exitCode === null) await once(started, 'exit');
    assert.equal(started.exitCode, 1);
    assert.ok(said.includes(`Port ${ports.of('auth')} is in use; the Auth emulator wants it.`));
    assert.ok(said.includes(`Port ${ports.of('gemini')} is in use; the Gemini stand-in wants it.`));
  });

  it('says where everything listens, and leaves nothing when it is ended', async () => {
    const started = startPlatform(other.offset);
    assert.ok(started.stdout);
    const lines: string[] = [];
    for await (const line of createInterface(started.stdout)) {
      lines.push(line);
      if (line.startsWith('Ctrl-C')) break;
    }
    started.stdout.resume();
    const inUse = await portsInUse(other);
    for (const use of inUse) {
      const row = lines.find((line) => line.includes(`${use.what}  `));
      assert.ok(row?.endsWith(other.host(use.name)), `${use.what} in ${lines.join('\n')}`);
    }
    // Our Firestore has no monitor of requests, which only the emulators' own UI would show.
    const silent = other.list.filter((use) => !inUse.includes(use)).map((use) => use.name);
    assert.deepEqual(silent, wantsOfficialEmulators(process.env) ? [] : ['firestoreWebsocket']);

    started.kill('SIGINT');
    await once(started, 'exit');
    assert.deepEqual(await portsInUse(other), []);
    assert.deepEqual(await processesNaming(`.firebase-${other.offset}.json`), []);
    assert.ok(!existsSync(join(ROOT, `.firebase-${other.offset}.json`)));
  });
});
