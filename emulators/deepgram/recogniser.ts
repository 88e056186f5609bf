import { findOnPath, run } from './run.js';
import { findPocketsphinx } from './pocketsphinx.js';
import type { Recogniser } from './types.js';
import { findWhisper } from './whisper.js';

const PACKAGES = ['pocketsphinx', 'pocketsphinx-en-us'];

/** whisper-cli where it and a model are installed, else pocketsphinx, else nothing. */
export async function findRecogniser(): Promise<Recogniser | undefined> {
  return (await findWhisper()) ?? (await findPocketsphinx());
}

/**
 * The recogniser of this machine; installs pocketsphinx with apt-get where it may (as root or by
 * sudo without a password).
 * @throws Error with one line that says what to install.
 */
export async function ensureRecogniser(): Promise<Recogniser> {
  const found = await findRecogniser();
  if (found) return found;
  const failure = await installPackages();
  const installed = await findRecogniser();
  if (installed) return installed;
  throw new Error(
    `No speech recogniser: install one with "apt-get install ${PACKAGES.join(' ')}", ` +
      `or whisper-cli and a model (WHISPER_MODEL)${failure === '' ? '' : ` (${failure})`}`,
  );
}

/** Returns why it could not, in one line, or an empty string. */
async function installPackages(): Promise<string> {
  if ((await findOnPath('apt-get')) === undefined) return 'no apt-get here';
  const prefix = await rootPrefix();
  if (prefix === undefined) return 'not root, and sudo wants a password';
  const aptGet = (...args: string[]) => {
    const [command = 'apt-get', ...rest] = [...prefix, 'apt-get', ...args];
    return run(command, rest, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  const install = () => aptGet('install', '-y', '--no-install-recommends', ...PACKAGES);
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
