import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';
import { eventually, ports } from './platform.js';

/** Where a commit of the functions is stopped: at the Firestore stand-in, before or after it takes effect. */
export interface CommitPoint {
  /** A regular expression over the path of a document that the commit writes. */
  readonly path: string;
  /** Text that must stand in the JSON of the written fields. */
  readonly contains?: string;
  readonly when: 'before' | 'after';
}

/** A commit that is being stopped. */
export interface HeldCommit {
  /** Resolves once the commit has come and is held. */
  untilHit(): Promise<void>;
  /** Resolves once the stand-in knows that the commit's caller is dead. */
  untilCallerGone(): Promise<void>;
  /** Lets it go on; one whose caller is dead is dropped if it was held before its effect. */
  release(): Promise<void>;
}

const emulator = `http://${ports.host('firestore')}/emulator/v1`;

/** Holds the next commit at the point given. */
export async function holdCommit(point: CommitPoint): Promise<HeldCommit> {
  const body = JSON.stringify({ skip: 0, ...point });
  const answer = await fetch(`${emulator}/faults`, { method: 'POST', body });
  const { id } = z.object({ id: z.string() }).parse(await answer.json());
  return {
    async untilHit() {
      const hit = await fetch(`${emulator}/faults/${id}?wait=1`);
      assert.ok(hit.ok, `fault ${id}: ${hit.status}`);
    },
    untilCallerGone: () =>
      eventually(async () => {
        const fault = await fetch(`${emulator}/faults/${id}`);
        const { callerGone } = z.object({ callerGone: z.boolean() }).parse(await fault.json());
        assert.ok(callerGone, 'the caller of the held commit lives');
      }),
    async release() {
      await fetch(`${emulator}/faults/${id}`, { method: 'DELETE' });
    },
  };
}

/** How often documents whose path matches were written since the platform was last cleared. */
export async function countWrites(path: string): Promise<number> {
  const answer = await fetch(`${emulator}/writes?${new URLSearchParams({ path }).toString()}`);
  return z.object({ count: z.number() }).parse(await answer.json()).count;
}

/** Waits until every event of Firestore was accepted: no run that one began goes on. */
export async function untilEventsAccepted(): Promise<void> {
  await eventually(async () => {
    const answer = await fetch(`${emulator}/projects/${PROJECT_ID}/deliveries`);
    assert.deepEqual(await answer.json(), { pending: 0 });
  }, 60);
}

/**
 * Kills every process of this platform that runs the function, as a full memory would: SIGKILL, no
 * goodbye. Reads the process table of Linux. @returns how many there were
 */
export async function killFunction(name: string): Promise<number> {
  const pids = await workersOf(name);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids.length;
}

async function workersOf(name: string): Promise<number[]> {
  const wanted = [`FUNCTION_TARGET=${name}`, `PORT_OFFSET=${ports.offset}`];
  const pids: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    // A process can end between the listing and the reading.
    const variables = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
    const held = new Set(variables.split('\0'));
    if (wanted.every((variable) => held.has(variable))) pids.push(Number(entry));
  }
  return pids;
}
