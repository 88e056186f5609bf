import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run demo -- [--file PATH | --url URL] [--tier free|pro|business]
                      [--email ADDRESS] [--json]

Takes a recording through the local platform and prints five threads.

  --file PATH   an mp3, mp4, m4a, wav or webm file (default: a recording in samples/)
  --url URL     a link to media, or to a podcast's feed
  --tier TIER   the plan of the user who asks (default: free)
  --email ADDR  sign up, or in, as this user (default: a new one)
  --json        end with one line of JSON: {job, transcript, quota, timings}

Exit code 0: the job completed; 1: it was refused or failed; 2: usage.`;

/** The plans by name; the contract's own list is not built yet when arguments are read. */
const tiers = ['free', 'pro', 'business'] as const;

export interface DemoOptions {
  readonly source: { readonly file: string } | { readonly url: string };
  readonly tier: (typeof tiers)[number];
  readonly email: string | undefined;
  readonly json: boolean;
}

/** What is wrong with the arguments; the message is for the person who typed them. */
export class UsageError extends Error {}

/**
 * Reads the demo's arguments; null where help was asked for.
 * @throws UsageError
 */
export function readArguments(args: readonly string[], defaultFile: string): DemoOptions | null {
  const { file, url, tier, email, json, help } = parse(args);
  if (help) return null;
  if (file !== undefined && url !== undefined) {
    throw new UsageError('--file and --url exclude each other');
  }
  const known = tiers.find((name) => name === tier);
  if (!known) throw new UsageError(`--tier must be one of ${tiers.join(', ')}, not "${tier}"`);
  return {
    source: url === undefined ? { file: file ?? defaultFile } : { url },
    tier: known,
    email,
    json,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        file: { type: 'string' },
        url: { type: 'string' },
        tier: { type: 'string', default: 'free' },
        email: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
