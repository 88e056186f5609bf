import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs inside each process that we start, before its own program: when our end of the IPC channel
 * goes away, however we died, it ends itself the polite way. (A signal handler of ours would not
 * run after SIGKILL.)
 */
const endWithParent = `data:text/javascript,${encodeURIComponent(
  "process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));",
)}`;

/** How to start one Node program. */
export interface NodeProgram {
  readonly node: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Starts a Node program, without input, at the head of a process group of its own, so that a terminal's Ctrl-C
 * reaches only us and we end things in order.
 */
export function spawnNode(program: NodeProgram): ChildProcess {
  return spawn(program.node, ['--import', endWithParent, program.script, ...program.args], {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Resolves once the process has ended, with true, or after `milliseconds`, with false. */
async function endsWithin(child: ChildProcess, milliseconds: number): Promise<boolean> {
  if (hasEnded(child)) return true;
  const giveUp = new AbortController();
  const ended = once(child, 'exit', { signal: giveUp.signal }).then(
    () => true,
    () => false,
  );
  const late = sleep(milliseconds, false, { signal: giveUp.signal }).catch(() => false);
  const result = await Promise.race([ended, late]);
  giveUp.abort();
  return result;
}

/** Asks the process to end, and after `patience` milliseconds kills its whole group. */
export async function endProcess(
  child: ChildProcess,
  signal: NodeJS.Signals,
  patience: number,
): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  child.kill(signal);
  if (await endsWithin(child, patience)) return;
  signalIfAlive(-child.pid, 'SIGKILL');
  await endsWithin(child, patience);
}

function signalIfAlive(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** The processes, other than this one, that carry `NAME=value` in the environment they were started with. */
async function processesWith(name: string, value: string): Promise<number[]> {
  const wanted = `${name}=${value}`;
  const ids = (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry));
  const found: number[] = [];
  for (const id of ids) {
    const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
    if (Number(id) !== process.pid && environment.split('\0').includes(wanted)) {
      found.push(Number(id));
    }
  }
  return found;
}

/**
 * Ends whatever still runs with `NAME=value` in its environment: processes that left their group
 * (the CLI starts Firestore in one of its own) and outlived the one that started them.
 * Where there is no /proc, process groups have to do.
 */
export async function endLeftovers(name: string, value: string, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  let left = await processesWith(name, value);
  for (const pid of left) signalIfAlive(pid, 'SIGTERM');
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(50);
    left = await processesWith(name, value);
  }
  for (const pid of left) signalIfAlive(pid, 'SIGKILL');
}
