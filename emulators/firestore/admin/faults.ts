import { fieldsToPlainJson } from '../model/value.js';
import type { Write } from '../write/write.js';

/** Which commit to hold, and when. */
export interface FaultSpec {
  /** Matches a document's path below the root, e.g. `^jobs/[^/]+$`. */
  readonly path: RegExp;
  /** Text that the written fields must have as plain JSON, e.g. `"status":"completed"`. */
  readonly contains?: string;
  /** Before the commit is applied, or after it is applied and before it is answered. */
  readonly when: 'before' | 'after';
  /** How many matching commits pass first. */
  readonly skip: number;
}

interface Fault {
  readonly spec: FaultSpec;
  passed: number;
  state: 'armed' | 'hit' | 'released';
  /** Whether the connection of the held commit's caller is broken. */
  callerIsGone: () => boolean;
  readonly hit: Signal;
  readonly released: Signal;
}

/** Holds chosen commits, so that a test can end a client at an exact point of its work. */
export class Faults {
  private readonly faults = new Map<string, Fault>();
  private count = 0;

  /** Arms a fault, for one commit, and answers its id. */
  arm(spec: FaultSpec): string {
    this.count += 1;
    const id = String(this.count);
    const fault: Fault = {
      spec,
      passed: 0,
      state: 'armed',
      callerIsGone: () => false,
      hit: signal(),
      released: signal(),
    };
    this.faults.set(id, fault);
    return id;
  }

  /** Whether the fault has its commit, and whether its caller is gone; undefined for an unknown id. */
  look(id: string): { readonly hit: boolean; readonly callerGone: boolean } | undefined {
    const fault = this.faults.get(id);
    return fault && { hit: fault.state !== 'armed', callerGone: fault.callerIsGone() };
  }

  /** Resolves once the fault has its commit, or is released without one. */
  async untilHit(id: string): Promise<void> {
    await this.faults.get(id)?.hit.promise;
  }

  /** Lets the held commit go on, or disarms the fault. False where there is none. */
  release(id: string): boolean {
    const fault = this.faults.get(id);
    if (fault === undefined) return false;
    this.faults.delete(id);
    fault.state = 'released';
    fault.hit.resolve();
    fault.released.resolve();
    return true;
  }

  releaseAll(): void {
    for (const id of [...this.faults.keys()]) this.release(id);
  }

  /** Called by a commit at a point: waits there while a fault holds it. */
  async reach(
    when: 'before' | 'after',
    writes: readonly Write[],
    callerIsGone: () => boolean,
  ): Promise<void> {
    for (const fault of this.faults.values()) {
      const { spec } = fault;
      if (fault.state !== 'armed' || spec.when !== when) continue;
      if (!writes.some((write) => matches(spec, write))) continue;
      fault.passed += 1;
      if (fault.passed <= spec.skip) continue;
      fault.state = 'hit';
      fault.callerIsGone = callerIsGone;
      fault.hit.resolve();
      await fault.released.promise;
    }
  }
}

function matches({ path, contains }: FaultSpec, write: Write): boolean {
  if (!path.test(write.path)) return false;
  if (contains === undefined) return true;
  return write.kind === 'set' && JSON.stringify(fieldsToPlainJson(write.fields)).includes(contains);
}

interface Signal {
  readonly promise: Promise<void>;
  resolve(): void;
}

function signal(): Signal {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    promise,
    resolve: () => {
      resolve();
    },
  };
}
