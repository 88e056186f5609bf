import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export interface WithoutJava {
  /** The folder of the installed `firebase-tools`. */
  readonly firebaseTools: string;
  /** A folder that may be written to, for the files that the CLI takes for its downloads. */
  readonly folder: string;
  /** The folder of our `java`. */
  readonly java: string;
  /** The Node that the stand-ins run on. */
  readonly node: string;
}

/** An environment in which the Firebase CLI starts our stand-ins for its two Java programs. */
export async function withoutJava(
  environment: NodeJS.ProcessEnv,
  { firebaseTools, folder, java, node }: WithoutJava,
): Promise<NodeJS.ProcessEnv> {
  await placeholders(firebaseTools, folder);
  return {
    ...environment,
    PATH: [java, environment['PATH'] ?? ''].join(delimiter),
    FIREBASE_EMULATORS_PATH: folder,
    QUIKTHREAD_NODE: node,
  };
}

interface DownloadInfo {
  readonly downloadPathRelativeToCacheDir: string;
}

/**
 * Puts an empty file under the name of each Java program that the CLI would download: it only
 * checks that they exist, and our `java` knows them by name.
 */
async function placeholders(firebaseTools: string, folder: string): Promise<void> {
  const list = join(firebaseTools, 'lib/emulator/downloadableEmulatorInfo.json');
  const info = JSON.parse(await readFile(list, 'utf8')) as Record<string, DownloadInfo>;
  await mkdir(folder, { recursive: true });
  for (const name of ['firestore', 'storage']) {
    const file = info[name]?.downloadPathRelativeToCacheDir;
    if (file === undefined) throw new Error(`the Firebase CLI names no program for ${name}`);
    await writeFile(join(folder, file), '');
  }
}
