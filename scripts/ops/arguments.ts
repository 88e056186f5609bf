import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run ops -- COMMAND (--project ID | --emulators) [--user UID] [--dry-run]

Does by hand what otherwise runs by the clock, once, and prints what came of it as one line of JSON.

  reset-quotas     begin a new month for users whose reset date has come
  cleanup-media    delete recordings that nothing needs, old exports, expired sign-ins at X
  cleanup-caches   delete analytics over 24 hours old
  sweep-jobs       take stalled jobs up again, or fail them with their credit returned

  --project ID     a Firebase project, with application default credentials
                   (gcloud auth application-default login)
  --emulators      the local platform that npm start runs (PORT_OFFSET counts)
  --user UID       this user alone
  --dry-run        count what there is to do, and do none of it
  --bucket NAME    the project's bucket, where it is not ID.firebasestorage.app
  --service-account EMAIL
                   who the tasks of sweep-jobs are signed for: the functions' own account, where the
                   credentials are not a service account's

Exit code 0: done; 1: something failed, or is left for another run; 2: usage.`;

export const commands = ['reset-quotas', 'cleanup-media', 'cleanup-caches', 'sweep-jobs'] as const;
export type Command = (typeof commands)[number];

/** Where a command works. */
export type Target =
  | { readonly emulators: true }
  | {
      readonly emulators: false;
      readonly project: string;
      readonly bucket: string;
      readonly serviceAccount: string | null;
    };

export interface OpsOptions {
  readonly command: Command;
  readonly target: Target;
  /** Null for everybody. */
  readonly userId: string | null;
  readonly dryRun: boolean;
}

/** What is wrong with the arguments; the message is for the person who typed them. */
export class UsageError extends Error {}

/**
 * Reads the arguments; null where help was asked for.
 * @throws UsageError
 */
export function readArguments(args: readonly string[]): OpsOptions | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const [name, ...more] = positionals;
  const command = commands.find((known) => known === name);
  if (!command) throw new UsageError(`the command must be one of ${commands.join(', ')}`);
  if (more.length > 0) throw new UsageError(`one command at a time, not also ${more.join(' ')}`);
  const { user = null, 'dry-run': dryRun } = values;
  if (user === '') throw new UsageError('--user must be the id of a user');
  return { command, target: chooseTarget(values), userId: user, dryRun };
}

interface TargetArguments {
  readonly project?: string | undefined;
  readonly emulators: boolean;
  readonly bucket?: string | undefined;
  readonly 'service-account'?: string | undefined;
}

/** A real project is never the default. */
function chooseTarget(values: TargetArguments): Target {
  const { project, emulators, bucket, 'service-account': serviceAccount } = values;
  if ((project !== undefined) === emulators) {
    throw new UsageError('say where: either --project ID or --emulators');
  }
  if (project === undefined) {
    if (bucket === undefined && serviceAccount === undefined) return { emulators: true };
    throw new UsageError('--bucket and --service-account go with --project');
  }
  if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project)) {
    throw new UsageError(`"${project}" is not the id of a project`);
  }
  if (project.startsWith('demo-')) {
    throw new UsageError(`${project} is on the emulators only: use --emulators`);
  }
  return {
    emulators: false,
    project,
    bucket: bucket ?? `${project}.firebasestorage.app`,
    serviceAccount: serviceAccount ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        project: { type: 'string' },
        emulators: { type: 'boolean', default: false },
        user: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        bucket: { type: 'string' },
        'service-account': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
