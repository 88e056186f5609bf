import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
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
