import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execOnPlatform, quoted } from '../platform/platform.js';
import { portsAt, readPortOffset, TEST_PORT_OFFSET } from '../platform/ports.js';
import { ROOT } from '../platform/workspace.js';
import type { Counts } from './reporter.js';

const MOCHA = join(ROOT, 'node_modules/mocha/bin/mocha.js');
const REPORTER = join(ROOT, 'scripts/test/reporter.ts');

/** Something that `npm test` runs. */
export interface Suite {
  readonly name: string;
  /** Whether its tests transcribe real recordings. */
  readonly needsRecogniser: boolean;
  run(signal: AbortSignal): Promise<Counts>;
}

/** A program that passes or fails as a whole. */
function check(name: string, ...commands: readonly (readonly string[])[]): Suite {
  return {
    name,
    needsRecogniser: false,
    run: async (signal) => {
      for (const command of commands) {
        if ((await runNode(command, {}, signal)) !== 0) return { passed: 0, failed: 1 };
      }
      return { passed: 1, failed: 0 };
    },
  };
}

function mocha(name: string, patterns: readonly string[]): Suite {
  return {
    name,
    needsRecogniser: false,
    run: (signal) =>
      counted(name, (counts) =>
        runNode([MOCHA, '--reporter', REPORTER, ...patterns], { TEST_COUNTS: counts }, signal),
      ),
  };
}

/** Tests that want the platform, which starts for them and ends with them. */
function mochaOnPlatform(name: string, patterns: readonly string[]): Suite {
  return {
    name,
    needsRecogniser: true,
    run: (signal) =>
      counted(name, (counts) => {
        const ports = portsAt(readPortOffset(process.env['PORT_OFFSET'], TEST_PORT_OFFSET));
        // Its output comes to us through a pipe, where mocha would use no colours by itself.
        const colours = process.stdout.isTTY ? ['--color'] : [];
        const words = [process.execPath, MOCHA, '--reporter', REPORTER, ...colours, ...patterns];
        const command = `TEST_COUNTS=${quoted(counts)} ${words.map(quoted).join(' ')}`;
        return execOnPlatform(ports, command, signal);
      }),
  };
}

const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');

/** In the order in which they run: what is quick to fail comes first. */
export const suites: readonly Suite[] = [
  check(
    'lint',
    [join(ROOT, 'node_modules/eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
    [join(ROOT, 'node_modules/prettier/bin/prettier.cjs'), '--check', '.'],
  ),
  check('types', [tsc, '-p', '.'], [tsc, '-p', 'functions']),
  mocha('unit', [
    'functions/src/**/*.spec.ts',
    'packages/*/src/**/*.spec.ts',
    'emulators/**/*.spec.ts',
    'scripts/**/*.spec.ts',
  ]),
  mocha('packaging', ['tests/packaging/**/*.spec.ts']),
  mochaOnPlatform('integration', ['tests/{rules,integration,e2e}/**/*.spec.ts']),
];

/** Runs tests that leave their counts in a file; an exit code that the counts do not explain fails. */
async function counted(name: string, run: (file: string) => Promise<number>): Promise<Counts> {
  const folder = join(ROOT, '.cache/tests');
  const file = join(folder, `${name}.json`);
  await mkdir(folder, { recursive: true });
  await rm(file, { force: true });
  const code = await run(file);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return { passed: 0, failed: 1 };
  const counts = JSON.parse(text) as Counts;
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** Runs a Node program in the root folder with its output on ours, and answers its exit code. */
async function runNode(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    signal,
  });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
