import { Timestamp } from 'firebase/firestore';
import type { DocumentData } from 'firebase/firestore';
import type { z } from 'zod';
import { unexpectedShape } from './errors.js';
import type { QuikThreadError } from './errors.js';

/** A document in its shape of the contract, where times are ISO 8601 strings, or why it is not in it. */
export function parseDocument<Schema extends z.ZodType>(
  schema: Schema,
  path: string,
  data: DocumentData,
): z.output<Schema> | QuikThreadError {
  const parsed = schema.safeParse(withIsoTimes(data));
  return parsed.success ? parsed.data : unexpectedShape(path, parsed.error);
}

/** Documents of the contract have times at their top level only. */
function withIsoTimes(data: DocumentData): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Timestamp ? value.toDate().toISOString() : value,
    ]),
  );
}
