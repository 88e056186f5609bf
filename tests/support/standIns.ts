import assert from 'node:assert/strict';
import type { JournalEntry } from '../../emulators/http/journal.js';
import { ports } from './platform.js';

/** A fault as it is asked for; its fields are described at `faultSchema` in emulators/http. */
export interface FaultRequest {
  readonly match?: string;
  readonly times?: number;
  readonly delayMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly cut?: 'before' | 'during';
  readonly hang?: true | 'headers' | 'all';
  readonly malformed?: true;
  readonly answer?: unknown;
}

/** A provider's stand-in, told to misbehave and asked what came. */
export interface StandInControl {
  /** Queues faults: each applies to the next exchanges that it matches. */
  fault(...faults: readonly FaultRequest[]): Promise<void>;
  /** The exchanges so far, in order; those whose noted details or path contain `text`, where given. */
  journal(text?: string): Promise<readonly JournalEntry[]>;
  /** Forgets faults and journal. */
  reset(): Promise<void>;
}

function control(name: 'deepgram' | 'gemini' | 'x' | 'polar'): StandInControl {
  const url = `http://${ports.host(name)}/_control`;
  return {
    fault: async (...faults) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(faults);
      const answer = await fetch(`${url}/faults`, { method: 'POST', headers, body });
      assert.equal(answer.status, 201, await answer.text());
    },
    journal: async (text) => {
      const answer = await fetch(`${url}/requests`);
      assert.ok(answer.ok);
      const { requests } = (await answer.json()) as { requests: JournalEntry[] };
      return requests.filter((entry) => !text || JSON.stringify(entry).includes(text));
    },
    reset: async () => {
      const answer = await fetch(url, { method: 'DELETE' });
      assert.ok(answer.ok);
    },
  };
}

export const deepgram = control('deepgram');
export const gemini = control('gemini');
export const x = control('x');
export const polar = control('polar');
