import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureRecogniser as findOrInstall } from '../../emulators/deepgram/recogniser.js';
import { build } from './build.js';
import { PlatformError } from './errors.js';
import { run } from './run.js';
import { ROOT } from './workspace.js';

/** Placeholder keys that the stand-ins accept; a developer's real ones may replace them. */
const placeholderSecrets = [
  'DEEPGRAM_API_KEY=local-deepgram',
  'GEMINI_API_KEY=local-gemini',
  'POLAR_ACCESS_TOKEN=local-polar-token',
  // The second one is there to rotate to.
  'POLAR_WEBHOOK_SECRETS=local-polar-webhook-secret,local-polar-webhook-secret-2',
  'X_CLIENT_SECRET=local-x-secret',
  `X_TOKEN_KEYS=local:${randomBytes(32).toString('base64')}`,
  'X_APP_KEY=local-x-app-key',
  'X_APP_SECRET=local-x-app-secret',
  'X_APP_ACCESS_TOKEN=local-x-app-token',
  'X_APP_ACCESS_SECRET=local-x-app-token-secret',
];

/** Written when a build has succeeded; its time says what the build has seen. */
const stamp = join(ROOT, '.cache/build-stamp');

/** What a build reads. */
const sources = ['functions/src', 'packages/contract/src', 'packages/client/src', 'emulators'];
const manifests = ['package-lock.json', 'functions/package.json', 'tsconfig.base.json'];

/**
 * Brings a fresh checkout to where the platform can start: the functions' own dependencies, the
 * secrets file and a build. Does nothing, quickly, where nothing is to do.
 *
 * The functions' dependencies are installed here and not in a root `postinstall`: whoever only
 * installs the tools (an editor, a lint job) need not wait for them, and `npm ci --ignore-scripts`
 * works too.
 */
export async function ensureReady(): Promise<void> {
  await ensureFunctionsInstalled();
  await ensureSecrets();
  await ensureBuilt();
}

/**
 * Makes sure that the Deepgram stand-in can transcribe; installs a recogniser where it may.
 * @throws PlatformError that says in one line what to install.
 */
export async function ensureRecogniser(): Promise<void> {
  try {
    await findOrInstall();
  } catch (error) {
    throw new PlatformError(error instanceof Error ? error.message : String(error));
  }
}

/** `npm ci` in functions/ where what is installed is not what the lock file names. */
async function ensureFunctionsInstalled(): Promise<void> {
  const folder = join(ROOT, 'functions');
  const wanted = await lockedPackages(join(folder, 'package-lock.json'));
  const installed = await lockedPackages(join(folder, 'node_modules/.package-lock.json'));
  const missing = Object.entries(wanted).some(
    ([path, { version, optional }]) =>
      path !== '' && installed[path]?.version !== version && !(optional && !installed[path]),
  );
  if (!missing) return;
  say('Installing the functions’ dependencies (npm ci in functions/) …');
  // The functions ask for a Node that only they run on: npm would warn of the tools' older one.
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder);
}

interface LockedPackage {
  readonly version?: string;
  /** Packages for other systems are named in the lock and not installed. */
  readonly optional?: boolean;
}

/** The packages that a lock file names, by path; none where there is no such file. */
async function lockedPackages(file: string): Promise<Readonly<Record<string, LockedPackage>>> {
  if (!existsSync(file)) return {};
  const lock = JSON.parse(await readFile(file, 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return lock.packages;
}

async function ensureSecrets(): Promise<void> {
  const file = join(ROOT, 'functions/.secret.local');
  const kept = existsSync(file) ? (await readFile(file, 'utf8')).trimEnd().split('\n') : [];
  const named = new Set(kept.map((line) => line.split('=')[0]));
  const added = placeholderSecrets.filter((line) => !named.has(line.split('=')[0]));
  if (added.length > 0) await writeFile(file, `${[...kept, ...added].join('\n')}\n`);
}

async function ensureBuilt(): Promise<void> {
  const built = await modified(stamp);
  if (built > (await newest()) && existsSync(join(ROOT, 'functions/lib/index.js'))) return;
  say('Building …');
  const started = new Date();
  await build();
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  await writeFile(stamp, started.toISOString());
}

/** When the newest thing that a build reads was changed, in milliseconds. */
async function newest(): Promise<number> {
  const listings = await Promise.all(
    sources.map(async (folder) => {
      const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && /\.(ts|json|proto)$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => !/\/(dist|node_modules)\//.test(path));
    }),
  );
  const files = [...listings.flat(), ...manifests.map((name) => join(ROOT, name))];
  return Math.max(...(await Promise.all(files.map(modified))));
}

/** When a file was last changed, in milliseconds; 0 where there is none. */
async function modified(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

/** Set-up speaks on standard error: standard output is for results. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
