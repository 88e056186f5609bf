import type { RulesRequest, RulesService, RulesValue } from './api.js';
import { RulesError, RulesLimitError } from './errors.js';
import type { Value } from './values.js';

/** Documents that one evaluation may read, and those that a transaction's or batch's may together. */
const MAX_READS: Readonly<Record<RulesService, number>> = {
  // firebase.google.com/docs/firestore/security/rules-conditions, "Access call limits"
  'cloud.firestore': 10,
  // firebase.google.com/docs/storage/security/rules-conditions, "Enhance with Cloud Firestore"
  'firebase.storage': 2,
};
const MAX_SHARED_READS = 20;

/**
 * Thrown where an evaluation needs a document that is not there yet; it starts anew once it is. There is only
 * this one, since to make an error takes longer than most evaluations.
 */
export const DOCUMENT_NEEDED = new Error('A document is needed.');

/** The Firestore documents that the rules read for one request, each fetched once. */
export class Documents {
  private readonly fetched = new Map<string, RulesValue | null>();
  private needed: (() => Promise<void>) | null = null;

  constructor(
    private readonly request: RulesRequest,
    private readonly service: RulesService,
  ) {}

  /** A document as it is, or as the whole write would leave it; null where it does not exist. */
  read(argument: Value, after: boolean): RulesValue | null {
    if (argument.type !== 'path') {
      throw new RulesError(`A document is named by a path, not by ${argument.type}.`);
    }
    const { segments, captures = [] } = argument;
    if (captures.length > 0) {
      throw new RulesError(`Variable not found error: Name: [${captures.join(', ')}].`);
    }
    const key = `${after ? 'after ' : ''}/${segments.join('/')}`;
    const known = this.fetched.get(key);
    if (known !== undefined) return known;
    checkPath(segments);
    this.count(key);
    const { request } = this;
    this.needed = async () => {
      const document = await (after
        ? request.getDocumentAfter(segments)
        : request.getDocument(segments));
      this.fetched.set(key, document);
    };
    throw DOCUMENT_NEEDED;
  }

  /** Fetches the document that an evaluation was without. */
  async fetchNeeded(): Promise<void> {
    await this.needed?.();
  }

  private count(key: string): void {
    const shared = this.request.sharedReads?.add(key).size ?? 0;
    if (this.fetched.size >= MAX_READS[this.service] || shared > MAX_SHARED_READS) {
      throw new RulesLimitError('Too many documents are read to evaluate the rules.');
    }
  }
}

function checkPath(segments: readonly string[]): void {
  const [databases, , documents] = segments;
  const isDocument = segments.length >= 5 && segments.length % 2 === 1;
  if (databases !== 'databases' || documents !== 'documents' || !isDocument) {
    throw new RulesError(`Not the path of a document: /${segments.join('/')}.`);
  }
}
