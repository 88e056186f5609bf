import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build as bundle } from 'esbuild';
import { bundlePrograms } from '../../emulators/bundle.js';
import { PlatformError } from './errors.js';
import { run } from './run.js';
import { ROOT } from './workspace.js';

const FUNCTIONS = join(ROOT, 'functions');
const LIB = join(FUNCTIONS, 'lib');

/** Compiles the packages and the stand-ins, and bundles the functions into `functions/lib`. */
export async function build(): Promise<void> {
  await Promise.all([compile(), bundleFunctions()]);
}

/** The stand-ins that start with every platform are bundled, too, to be there sooner. */
async function compile(): Promise<void> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-b', 'packages/contract', 'packages/client', 'emulators']);
  await bundlePrograms(join(ROOT, 'emulators'));
}

/**
 * One bundle, split so that a function loads only what it uses. What functions/package.json names
 * stays outside: Cloud Build installs it. The contract is not on any registry, so it goes inside.
 */
async function bundleFunctions(): Promise<void> {
  const manifest = JSON.parse(await readFile(join(FUNCTIONS, 'package.json'), 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  const result = await bundle({
    absWorkingDir: ROOT,
    entryPoints: [join(FUNCTIONS, 'src/index.ts')],
    outdir: LIB,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: true,
    chunkNames: 'chunks/[name]-[hash]',
    alias: { '@quikthread/contract': join(ROOT, 'packages/contract/src/index.ts') },
    define: { QUIKTHREAD_VERSION: JSON.stringify(manifest.version) },
    external: Object.keys(manifest.dependencies).flatMap((name) => [name, `${name}/*`]),
    metafile: true,
    logLevel: 'warning',
  }).catch((error: unknown) => {
    throw new PlatformError('The functions do not build; see above.', { cause: error });
  });
  await removeOthers(new Set(Object.keys(result.metafile.outputs)));
}

/** Chunks are named by their content: those of earlier builds would pile up. */
async function removeOthers(outputs: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(LIB, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stale = files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !outputs.has(relative(ROOT, path)));
  await Promise.all(stale.map((path) => rm(path)));
}
