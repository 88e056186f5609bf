import { installPackages } from '../programs/apt.js';
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
  const failure = await installPackages(PACKAGES);
  const installed = await findRecogniser();
  if (installed) return installed;
  throw new Error(
    `No speech recogniser: install one with "apt-get install ${PACKAGES.join(' ')}", ` +
      `or whisper-cli and a model (WHISPER_MODEL)${failure === '' ? '' : ` (${failure})`}`,
  );
}
