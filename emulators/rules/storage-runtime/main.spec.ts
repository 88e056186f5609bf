import assert from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { READY } from './protocol.js';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

describe('the program of the Storage rules', () => {
  let program: ChildProcessWithoutNullStreams;

  beforeEach(async () => {
    program = spawn(process.execPath, ['--import=tsx', MAIN, 'serve']);
    const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
    assert.deepEqual(JSON.parse(line), READY);
  });
  afterEach(() => {
    program.kill('SIGKILL');
  });

  it('ends by itself when its input ends', async () => {
    program.stdin.end();
    assert.deepEqual(await once(program, 'exit'), [0, null]);
  });

  it('ends by itself on SIGINT, as the CLI ends it', async () => {
    program.kill('SIGINT');
    assert.deepEqual(await once(program, 'exit'), [0, null]);
  });
});
