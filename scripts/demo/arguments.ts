import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run demo -- [--file PATH | --url URL] [--post | --analytics]
                      [--tier free|pro|business] [--email ADDRESS] [--json]

Takes a recording through the local platform and prints five threads.

  --file PATH   an mp3, mp4, m4a, wav or webm file (default: a recording in samples/)
  --url URL     a link to media, or to a podcast's feed
  --post        post the first thread, from an account on the X stand-in
  --analytics   post it, let a day go by at the X stand-in, and print what came of it
  --tier TIER   the plan of the user who asks (default: the cheapest that has what is asked for)
  --email ADDR  sign up, or in, as this user (default: a new one)
  --json        end with one line of JSON:
                {job, transcript, quota, posting, analytics, timings}

Exit code 0: all of it completed; 1: something was refused or failed; 2: usage.`;

/** The plans by name; the contract's own list is not built yet when arguments are read. */
const tiers = ['free', 'pro', 'business'] as const;
type Tier = (typeof tiers)[number];

export interface DemoOptions {
  readonly source: { readonly file: string } | { readonly url: string };
  readonly tier: Tier;
  readonly email: string | undefined;
  readonly post: boolean;
  /** Only with `post`: there is nothing to measure otherwise. */
  readonly analytics: boolean;
  readonly json: boolean;
}

/** What is wrong with the arguments; the message is for the person who typed them. */
export class UsageError extends Error {}

/**
 * Reads the demo's arguments; null where help was asked for.
 * @throws UsageError
 */
export function readArguments(args: readonly string[], defaultFile: string): DemoOptions | null {
  const { file, url, tier, email, post, analytics, json, help } = parse(args);
  if (help) return null;
  if (file !== undefined && url !== undefined) {
    throw new UsageError('--file and --url exclude each other');
  }
  return {
    source: url === undefined ? { file: file ?? defaultFile } : { url },
    tier: chooseTier(tier, post, analytics),
    email,
    post: post || analytics,
    analytics,
    json,
  };
}

/** The plan that was asked for, which must have what the demo is to show, or the cheapest that has it. */
function chooseTier(asked: string | undefined, post: boolean, analytics: boolean): Tier {
  const least: Tier = analytics ? 'business' : post ? 'pro' : 'free';
  if (asked === undefined) return least;
  const tier = tiers.find((name) => name === asked);
  if (!tier) throw new UsageError(`--tier must be one of ${tiers.join(', ')}, not "${asked}"`);
  if (tiers.indexOf(tier) >= tiers.indexOf(least)) return tier;
  throw new UsageError(
    analytics
      ? `--analytics needs --tier business: the ${tier} plan has no analytics`
      : `--post needs --tier pro or business: the ${tier} plan cannot post to X`,
  );
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        file: { type: 'string' },
        url: { type: 'string' },
        tier: { type: 'string' },
        email: { type: 'string' },
        post: { type: 'boolean', default: false },
        analytics: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
