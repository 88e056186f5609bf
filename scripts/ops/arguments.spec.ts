import assert from 'node:assert/strict';
import { commands, readArguments, UsageError } from './arguments.js';

const read = (...args: string[]) => readArguments(args);
const refuses = (reason: RegExp, ...args: string[]) => {
  assert.throws(
    () => read(...args),
    (error) => error instanceof UsageError && reason.test(error.message),
    args.join(' '),
  );
};

describe("the operator's arguments", () => {
  it('name a command and a project, whose bucket has the usual name', () => {
    for (const command of commands) {
      assert.deepEqual(read(command, '--project', 'quik-thread'), {
        command,
        target: {
          emulators: false,
          project: 'quik-thread',
          bucket: 'quik-thread.firebasestorage.app',
          serviceAccount: null,
        },
        userId: null,
        dryRun: false,
      });
    }
  });

  it('take a bucket, an account, a user and a dry run', () => {
    const names = ['--bucket', 'b', '--service-account', 'f@q.iam', '--user', 'u1', '--dry-run'];
    assert.deepEqual(read('sweep-jobs', '--project', 'quik-thread', ...names), {
      command: 'sweep-jobs',
      target: { emulators: false, project: 'quik-thread', bucket: 'b', serviceAccount: 'f@q.iam' },
      userId: 'u1',
      dryRun: true,
    });
  });

  it('reach the emulators only where they are named', () => {
    const options = read('cleanup-caches', '--emulators');
    assert.deepEqual(options?.target, { emulators: true });
    refuses(/--emulators/, 'cleanup-caches', '--project', 'demo-quikthread');
  });

  it('touch no project that was not named', () => {
    refuses(/either --project ID or --emulators/, 'reset-quotas');
    refuses(/either --project/, 'reset-quotas', '--project', 'quik-thread', '--emulators');
    refuses(/not the id of a project/, 'reset-quotas', '--project', '');
    refuses(/ambiguous/, 'reset-quotas', '--project', '--dry-run');
    refuses(/go with --project/, 'cleanup-media', '--emulators', '--bucket', 'b');
  });

  it('refuse what they do not know', () => {
    refuses(/command must be one of reset-quotas/, '--emulators');
    refuses(/command must be one of/, 'reset', '--emulators');
    refuses(/one command at a time/, 'reset-quotas', 'cleanup-media', '--emulators');
    refuses(/--user/, 'reset-quotas', '--emulators', '--user', '');
    refuses(/force/, 'reset-quotas', '--emulators', '--force');
  });

  it('ask for help', () => {
    assert.equal(read('--help'), null);
  });
});
