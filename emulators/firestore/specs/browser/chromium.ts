import { installPackages } from '../../../programs/apt.js';
import { findOnPath } from '../../../programs/run.js';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * The path of this machine's Chromium; installs Debian's where it may.
 * @throws Error with one line that says what to install.
 */
export async function ensureChromium(): Promise<string> {
  const found = await findChromium();
  if (found !== undefined) return found;
  const failure = await installPackages(['chromium']);
  const installed = await findChromium();
  if (installed !== undefined) return installed;
  throw new Error(`No browser: install one with "apt-get install chromium" (${failure})`);
}

async function findChromium(): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    const path = await findOnPath(program);
    if (path !== undefined) return path;
  }
  return undefined;
}
