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
import { ROOT } from '../../scripts/platform/workspace.js';
import { ports } from '../support/platform.js';

/** Beside the platform that these tests run on. */
const other = portsAt(ports.offset + 500);

function startPlatform(offset: number): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'scripts/start.ts'], {
    cwd: ROOT,
    env: { ...process.env, PORT_OFFSET: String(offset) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

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

  it('names the ports that are in use and who wants them, and starts nothing', async () => {
    const started = startPlatform(ports.offset);
    assert.ok(started.stderr);
    const [[code], said] = await Promise.all([once(started, 'exit'), text(started.stderr)]);
    assert.equal(code, 1);
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
    for (const use of other.list) {
      const row = lines.find((line) => line.includes(`${use.what}  `));
      assert.ok(row?.endsWith(other.host(use.name)), `${use.what} in ${lines.join('\n')}`);
    }
    assert.equal((await portsInUse(other)).length, other.list.length);

    started.kill('SIGINT');
    await once(started, 'exit');
    assert.deepEqual(await portsInUse(other), []);
    assert.deepEqual(await processesNaming(`.firebase-${other.offset}.json`), []);
    assert.ok(!existsSync(join(ROOT, `.firebase-${other.offset}.json`)));
  });
});
