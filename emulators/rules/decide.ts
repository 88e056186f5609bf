import assert from 'node:assert/strict';
import type { RulesDecision, RulesService } from './api.js';
import { compileRules } from './compile.js';
import { requestOf, type PlainRequest } from './fixtures.js';

/** What precedes the path of a document. */
export const root = 'databases/(default)/documents';

/** What the rules of a file, which has no errors, decide on a request. */
export function decide(
  source: string,
  request: PlainRequest,
  service: RulesService = 'cloud.firestore',
): Promise<RulesDecision> {
  const { ruleset, issues } = compileRules(source, service, 'test.rules');
  assert.ok(ruleset, issues[0]?.message);
  return ruleset.evaluate(requestOf(request));
}

/** A version 2 file of one service with these blocks below the documents. */
export const firestore = (blocks: string, before = '') =>
  `rules_version = '2'; ${before}
   service cloud.firestore { match /databases/{database}/documents { ${blocks} } }`;

/** Whether the rules allow a request. */
export async function permits(source: string, request: PlainRequest): Promise<boolean> {
  return (await decide(source, request)).permit;
}
