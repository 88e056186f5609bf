import { build } from 'esbuild';

/** What a bundle in ESM needs for the CommonJS packages in it. */
const REQUIRE =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/**
 * Bundles the two programs that the Firebase CLI starts, each into one file that loads in less
 * time. Our `java` takes a bundle where it is newer than what the compiler wrote, so run it after.
 *
 * @param folder this package's
 */
export async function bundlePrograms(folder: string): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: {
      firestore: 'dist/firestore/main.js',
      rules: 'dist/rules/storage-runtime/main.js',
    },
    outdir: 'dist/bundle',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    keepNames: true,
    banner: { js: REQUIRE },
    logLevel: 'warning',
  });
}
