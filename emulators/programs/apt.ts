import { findOnPath, run } from './run.js';

/**
 * Installs Debian packages with apt-get where it may (as root or by sudo without a password).
 * Returns why it could not, in one line, or an empty string.
 */
export async function installPackages(packages: readonly string[]): Promise<string> {
  if ((await findOnPath('apt-get')) === undefined) return 'no apt-get here';
  const prefix = await rootPrefix();
  if (prefix === undefined) return 'not root, and sudo wants a password';
  const aptGet = (...args: string[]) => {
    const [command = 'apt-get', ...rest] = [...prefix, 'apt-get', ...args];
    return run(command, rest, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  const install = () => aptGet('install', '-y', '--no-install-recommends', ...packages);
  try {
    // A fresh machine has no package lists; an older one has lists that may be out of date.
    await install().catch(async () => {
      await aptGet('update');
      await install();
    });
    return '';
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
    return lines.at(-1) ?? 'apt-get failed';
  }
}

async function rootPrefix(): Promise<string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  if ((await findOnPath('sudo')) === undefined) return undefined;
  return run('sudo', ['-n', 'true']).then(
    () => ['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive'],
    () => undefined,
  );
}
