import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/**
 * The folder of the Firebase CLI that a project uses: the one it has installed, else the one of the
 * command `firebase`; undefined where there is neither.
 *
 * @param project the project's folder
 * @param path where commands are looked for, as PATH says it
 */
export function findFirebaseTools(project: string, path: string): string | undefined {
  return installedIn(project) ?? onPath(path);
}

function installedIn(project: string): string | undefined {
  try {
    const { resolve } = createRequire(join(project, 'package.json'));
    return dirname(resolve('firebase-tools/package.json'));
  } catch {
    return undefined;
  }
}

function onPath(path: string): string | undefined {
  const program = path
    .split(delimiter)
    .map((folder) => join(folder, 'firebase'))
    .find((file) => existsSync(file));
  // The command is a link to lib/bin/firebase.js.
  const folder = program && join(realpathSync(program), '../../..');
  return folder !== undefined && isFirebaseTools(folder) ? folder : undefined;
}

function isFirebaseTools(folder: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return (
      Object(manifest) === manifest && (manifest as { name?: unknown }).name === 'firebase-tools'
    );
  } catch {
    return false;
  }
}
