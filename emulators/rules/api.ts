/** What the rules evaluator promises to the two servers that use it: Firestore and the Storage rules runtime. */

/** A value of the rules language. */
export type RulesValue =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'timestamp'; readonly seconds: bigint; readonly nanos: number }
  | { readonly type: 'duration'; readonly seconds: bigint; readonly nanos: number }
  | { readonly type: 'latlng'; readonly latitude: number; readonly longitude: number }
  | {
      readonly type: 'path';
      readonly segments: readonly string[];
      /** Names in `$(name)` that nothing declares: segments that `bind` is to fill. */
      readonly captures?: readonly string[];
      /** What `bind` has filled in, by name. */
      readonly bindings?: ReadonlyMap<string, string>;
    }
  | {
      readonly type: 'list';
      readonly items: readonly RulesValue[];
      /** True where these are only some of the items, in no certain order. */
      readonly partial?: boolean;
    }
  | { readonly type: 'set'; readonly items: readonly RulesValue[] }
  | {
      readonly type: 'map';
      readonly fields: ReadonlyMap<string, RulesValue>;
      /** True where further fields may exist: reading one that is not named gives `unknown`. */
      readonly partial?: boolean;
    }
  /**
   * What a query does not fix. A condition that rests on it is not proven, so it does not permit.
   * Without a constraint, which may be empty, it may not even exist: reading it may be an error.
   */
  | { readonly type: 'unknown'; readonly constraint?: Constraint };

/** What a query proves of a value that it does not fix; all of it holds at once. */
export interface Constraint {
  /** The type of the value; `number` is an int or a float. */
  readonly type?: RulesValue['type'] | 'number';
  readonly lower?: Bound;
  readonly upper?: Bound;
  /** What the value does not equal. */
  readonly excluded?: readonly RulesValue[];
}

/** An end of a range of numbers, strings, bytes or timestamps. */
export interface Bound {
  readonly value: RulesValue;
  readonly inclusive: boolean;
}

export type RulesMethod = 'get' | 'list' | 'create' | 'update' | 'delete';

/** One request to be allowed or refused. */
export interface RulesRequest {
  readonly method: RulesMethod;
  /**
   * Segments below the service's root, e.g. `databases (default) documents jobs abc` or `b bucket o users u1`.
   * For `list` the collection's or folder's own: what follows matches its documents, whose ids are unknown.
   */
  readonly path: readonly string[];
  /** `list` over a collection group: the last segment of `path` names it, at any depth below the rest. */
  readonly collectionGroup?: boolean;
  /** `request.auth` and everything else of `request` but `method`, `path`, `time` and `resource`. */
  readonly request: ReadonlyMap<string, RulesValue>;
  readonly time: Date;
  /** The `resource` variable: the stored document or object (a map), null where there is none. */
  readonly resource: RulesValue;
  /** `request.resource`: what the write would leave, null for a deletion. Firestore's reads have none. */
  readonly requestResource: RulesValue;
  /**
   * Reads a Firestore document for `get` and `exists`; null where it does not exist. The path is a full one
   * (`databases (default) documents users u1`), the answer a map of `data` (a map), `id` and `__name__`.
   */
  getDocument(path: readonly string[]): Promise<RulesValue | null>;
  /** The same as the whole write would leave it, for `getAfter` and `existsAfter`. */
  getDocumentAfter(path: readonly string[]): Promise<RulesValue | null>;
  /**
   * The documents that the rules have read so far for one transaction or batch; the same set goes into the
   * evaluation of each of its writes, so that the limit of 20 documents counts them together.
   */
  readonly sharedReads?: Set<string>;
}

export interface RulesDecision {
  readonly permit: boolean;
  /** For the log of the developer: the conditions that failed, with their lines. */
  readonly reason: string;
  /** What `debug()` was called with, in order. */
  readonly debug?: readonly string[];
}

/** A compiled rules file of one service. */
export interface Ruleset {
  readonly rulesVersion: 1 | 2;
  evaluate(request: RulesRequest): Promise<RulesDecision>;
  /** What has been evaluated so far, where that is counted. */
  coverage(): CoverageReport;
}

/**
 * How often each expression of a file came to which value, in the official emulator's JSON
 * (firebase.google.com/docs/rules/emulator-reports). Without `report` there is nothing but constants.
 */
export interface CoverageReport {
  readonly rules: {
    readonly files: readonly { readonly name: string; readonly content: string }[];
  };
  readonly report?: readonly ExpressionReport[];
}

/** An expression that was never evaluated has no values. */
export interface ExpressionReport {
  readonly sourcePosition: {
    readonly line: number;
    readonly column: number;
    /** Its first and its last character, counted from 0. */
    readonly currentOffset: number;
    readonly endOffset: number;
  };
  readonly values?: readonly ValueCount[];
  readonly children?: readonly ExpressionReport[];
}

export interface ValueCount {
  /** As `{boolValue: true}`; an error is `{undefined: {sourcePosition, causeMessage}}`. */
  readonly value: object;
  readonly count: number;
}

/** Something about a rules file for its developer to see; only errors keep it from being used. */
export interface RulesIssue {
  readonly severity: 'ERROR' | 'WARNING';
  readonly fileName: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type RulesService = 'cloud.firestore' | 'firebase.storage';

/** Compiles a rules file; one with errors gives no ruleset. */
export type CompileRules = (
  source: string,
  service: RulesService,
  fileName?: string,
  options?: { readonly countsCoverage?: boolean },
) => { readonly ruleset: Ruleset | null; readonly issues: readonly RulesIssue[] };
