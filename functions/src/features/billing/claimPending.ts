import type { Query } from 'firebase-admin/firestore';
import type { Caller } from '../../platform/callable.js';
import { readDocument } from '../../platform/documents.js';
import { mergeStates } from './applyEvent.js';
import type { PlanDependencies } from './dependencies.js';
import { hashEmail, PENDING, pendingSchema, readPlanHolder, writePlan } from './store.js';

/**
 * Gives a user what was told of them before they had a profile: under their id, or under an address that they have
 * verified. @returns whether there was anything
 */
export async function claimPending(deps: PlanDependencies, caller: Caller): Promise<boolean> {
  const { db } = deps;
  const queries = waitingFor(deps, caller);
  const found = await Promise.all(queries.map((query) => query.limit(1).get()));
  if (found.every(({ empty }) => empty)) return false;
  return db.runTransaction(async (transaction) => {
    const results = await Promise.all(queries.map((query) => transaction.get(query)));
    const waiting = new Map(results.flatMap(({ docs }) => docs.map((one) => [one.id, one])));
    const holder = await readPlanHolder(transaction, db, caller.userId);
    if (!holder || waiting.size === 0) return false;
    const states = [...waiting.values()].flatMap(
      (snapshot) => readDocument(snapshot, pendingSchema)?.state ?? [],
    );
    writePlan(transaction, deps, holder, states.reduce(mergeStates, holder.state));
    for (const { ref } of waiting.values()) transaction.delete(ref);
    return true;
  });
}

function waitingFor({ db }: PlanDependencies, caller: Caller): Query[] {
  const pending = db.collection(PENDING);
  const byId = pending.where('externalId', '==', caller.userId);
  if (caller.email === null || !caller.emailVerified) return [byId];
  return [byId, pending.where('emailHash', '==', hashEmail(caller.email))];
}
