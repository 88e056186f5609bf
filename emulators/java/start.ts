import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/**
 * `node start.cjs PROGRAM ARGUMENTS…` runs a program of one CommonJS file with what V8 compiled of it
 * when it last ran, which lies beside it in a file that the program's size and time name. Where there is none yet, or
 * it is another version's of Node, the program is compiled as usual and writes one when it ends.
 */
function start(program: string): void {
  const source = readFileSync(program, 'utf8');
  const { size, mtimeMs } = statSync(program);
  const cache = `${program}.${size}-${mtimeMs}.cache`;
  const cachedData = readIfThere(cache);
  const script = new Script(Module.wrap(source), {
    filename: program,
    ...(cachedData && { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected === true) {
    // At the end, since only functions that have run by then are part of it.
    process.on('exit', () => {
      replace(cache, script.createCachedData());
    });
  }
  const run = script.runInThisContext() as (...scope: readonly unknown[]) => void;
  const module = { exports: {} };
  run.call(
    module.exports,
    module.exports,
    Module.createRequire(program),
    module,
    program,
    dirname(program),
  );
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Another process may be reading it, or the folder may not be ours to write: then the next start is slower. */
function replace(file: string, content: Buffer): void {
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch {
    return;
  }
}

// The program finds its arguments where it would without us.
process.argv.splice(1, 1);
start(process.argv[1] ?? '');
