import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { readArguments } from './arguments.js';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

describe('the program', () => {
  it('takes the official arguments, says when it is ready, and stops on SIGINT', async () => {
    const args = '--host 127.0.0.1 --port 0 --websocket_port 0 --database-edition standard';
    const program = spawn(
      process.execPath,
      ['--import=tsx', MAIN, ...args.split(' '), '--single_project_mode', 'true'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const exited = once(program, 'exit');
    const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    assert.ok(port);
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
    program.kill('SIGINT');
    assert.deepEqual(await exited, [0, null]);
  });

  describe('says in one line why it does not start:', () => {
    const refused = async (...args: readonly string[]): Promise<string> => {
      const program = spawn(process.execPath, ['--import=tsx', MAIN, ...args]);
      const exited = once(program, 'exit');
      const message = await text(program.stderr);
      assert.deepEqual(await exited, [1, null]);
      return message;
    };

    it('a port that is taken, in the words that the CLI looks for', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const port = String((other.address() as AddressInfo).port);
      const message = await refused('--port', port);
      other.close();
      assert.match(message, new RegExp(`^.*address already in use 127\\.0\\.0\\.1:${port}\n$`));
    });

    it('rules that are not there', async () => {
      const message = await refused('--port', '0', '--rules', 'no.rules');
      assert.match(message, /^.*no such file or directory, open 'no\.rules'\n$/);
    });

    it('an export that is not its own', async () => {
      const message = await refused('--port', '0', '--seed_from_export', MAIN);
      assert.match(message, /^.*main\.ts is not an export of this emulator.*\n$/);
    });
  });

  it('says at once what is wrong with its rules, and starts all the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rules-'));
    const rules = join(folder, 'my.rules');
    writeFileSync(rules, 'service cloud.firestore {\n  nonsense\n}');
    const program = spawn(
      process.execPath,
      ['--import=tsx', MAIN, '--host', '127.0.0.1', '--port', '0', '--rules', rules],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const ready = once(createInterface(program.stdout), 'line');
    const [line] = (await once(createInterface(program.stderr), 'line')) as [string];
    assert.ok(line.startsWith(`${rules}:2:3 - ERROR Unexpected 'nonsense'.`), line);
    await ready;
    const exited = once(program, 'exit');
    program.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    rmSync(folder, { recursive: true });
  });

  it('reads arguments with and without values', () => {
    const values = readArguments(['--a', '1', '--b=2=3', '--flag', '--c', 'x y']);
    assert.deepEqual(
      [...values],
      [
        ['a', '1'],
        ['b', '2=3'],
        ['flag', 'true'],
        ['c', 'x y'],
      ],
    );
  });
});
