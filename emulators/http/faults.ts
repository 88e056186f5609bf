import { z } from 'zod';

/**
 * One fault, as `POST /_control/faults` takes it (one, or an array of them).
 *
 * - `match`: only exchanges whose path or subject (a prompt, a media URL) contains this text.
 * - `times`: how many exchanges it applies to, 1 unless told.
 * - `delayMs`: wait this long first; alone, or with one of the others.
 * - `status` with `headers` and `body`: answer that instead.
 * - `cut`: destroy the connection `before` the answer, or `during` it (half of it is sent).
 * - `hang`: send nothing (`all`, or `true`), or the headers and then nothing (`headers`).
 * - `malformed`: a 200 whose JSON is broken off.
 * - `answer`: a variation that the stand-in itself defines.
 */
export const faultSchema = z
  .strictObject({
    match: z.string().min(1).optional(),
    times: z.int().positive().default(1),
    delayMs: z.int().nonnegative().optional(),
    status: z.int().min(200).max(599).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
    cut: z.enum(['before', 'during']).optional(),
    hang: z.union([z.literal(true), z.enum(['headers', 'all'])]).optional(),
    malformed: z.literal(true).optional(),
    answer: z.unknown().optional(),
  })
  .superRefine((fault, context) => {
    const given = EFFECTS.filter((effect) => fault[effect] !== undefined);
    if (given.length > 1 || (given.length === 0 && fault.delayMs === undefined)) {
      context.addIssue({
        code: 'custom',
        message: `a fault has exactly one of ${EFFECTS.join(', ')} (or delayMs alone)`,
      });
    }
    if (fault.status === undefined && (fault.headers ?? fault.body) !== undefined) {
      context.addIssue({ code: 'custom', message: 'headers and body belong to a status' });
    }
  });

const EFFECTS = ['status', 'cut', 'hang', 'malformed', 'answer'] as const;

export type Fault = z.infer<typeof faultSchema>;

/** Faults waiting for an exchange to apply to, first come first served. */
export class FaultQueue {
  private waiting: { fault: Fault; left: number }[] = [];

  add(faults: readonly Fault[]): void {
    this.waiting.push(...faults.map((fault) => ({ fault, left: fault.times })));
  }

  clear(): void {
    this.waiting = [];
  }

  /** How many exchanges the waiting faults still apply to. */
  get size(): number {
    return this.waiting.reduce((sum, entry) => sum + entry.left, 0);
  }

  /**
   * Uses up one application of the first fault that fits an exchange with these texts. A fault whose
   * `answer` the exchange does not accept goes on waiting for one that does.
   */
  take(texts: readonly string[], accepts: (answer: unknown) => boolean): Fault | undefined {
    const entry = this.waiting.find(
      ({ fault: { match, answer } }) =>
        (match === undefined || texts.some((text) => text.includes(match))) &&
        (answer === undefined || accepts(answer)),
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left === 0) this.waiting = this.waiting.filter((other) => other !== entry);
    return entry.fault;
  }
}
