import type { Commit } from '../database.js';
import type { DatabaseId } from '../model/path.js';
import type { EventMessage, RetryTimes } from './delivery.js';
import { deliver } from './delivery.js';
import { eventMessage } from './events.js';
import { RetryPolicies } from './retryPolicy.js';
import type { Trigger } from './trigger.js';
import { kindOf } from './trigger.js';

export interface DispatcherOptions {
  /** Where the Functions emulator listens, as `host:port`; without it nothing is delivered. */
  readonly functionsEmulator: string | undefined;
  readonly retry: RetryTimes;
}

/** Knows the registered triggers and delivers to each the changes it asked for. */
export class TriggerDispatcher {
  private readonly triggers = new Map<string, Trigger>();
  private readonly pending = new Map<AbortController, string>();
  private readonly policies: RetryPolicies;

  constructor(private readonly options: DispatcherOptions) {
    this.policies = new RetryPolicies(options.functionsEmulator ?? '');
  }

  /** Adds a trigger, or replaces the one of the same project and key. */
  register(trigger: Trigger): void {
    this.triggers.set(`${trigger.projectId}/${trigger.key}`, trigger);
    // The functions may have been loaded anew.
    this.policies.reset();
  }

  remove(projectId: string, key: string): void {
    this.triggers.delete(`${projectId}/${key}`);
  }

  /** How many events of a project are not accepted yet. */
  pendingCount(projectId: string): number {
    return [...this.pending.values()].filter((owner) => owner.startsWith(`${projectId}/`)).length;
  }

  /** Starts the delivery of a commit's changes. */
  dispatch(database: DatabaseId, commit: Commit): void {
    const { functionsEmulator } = this.options;
    if (functionsEmulator === undefined || commit.cleared) return;
    for (const change of commit.changes) {
      for (const trigger of this.triggers.values()) {
        if (!wants(trigger, database) || !covers(trigger, change.path, kindOf(change))) continue;
        const origin = `http://${functionsEmulator}`;
        this.send(database, trigger, eventMessage(trigger, database, change, { origin, commit }));
      }
    }
  }

  /** Drops the events of a database that are not delivered yet. */
  dropPending({ projectId, databaseId }: DatabaseId): void {
    for (const [controller, owner] of this.pending) {
      if (owner === `${projectId}/${databaseId}`) controller.abort();
    }
  }

  close(): void {
    for (const controller of this.pending.keys()) controller.abort();
  }

  private send(database: DatabaseId, trigger: Trigger, message: EventMessage): void {
    const controller = new AbortController();
    this.pending.set(controller, `${database.projectId}/${database.databaseId}`);
    const hasRetryOn = (): Promise<boolean> => this.policies.isOn(trigger);
    void deliver(message, this.options.retry, controller.signal, hasRetryOn).finally(() => {
      this.pending.delete(controller);
    });
  }
}

function wants(trigger: Trigger, { projectId, databaseId }: DatabaseId): boolean {
  return (
    trigger.projectId === projectId &&
    trigger.databaseId === databaseId &&
    trigger.namespace === '(default)'
  );
}

function covers(trigger: Trigger, path: string, kind: ReturnType<typeof kindOf>): boolean {
  return (
    (trigger.kind === 'written' || trigger.kind === kind) &&
    trigger.document.match(path) !== undefined
  );
}
