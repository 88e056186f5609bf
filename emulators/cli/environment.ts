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

/**
 * An environment in which the Firebase CLI starts our stand-ins for its two Java programs.
 * @throws Error where the CLI does not say which files it would download for them.
 */
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

/** What the CLI says of its downloads, from version 15 on. */
type Downloads = Readonly<Record<string, { readonly downloadPathRelativeToCacheDir?: string }>>;

/**
 * Puts an empty file under the name of each Java program that the CLI would download: it only
 * checks that they exist, and our `java` knows them by name.
 */
async function placeholders(firebaseTools: string, folder: string): Promise<void> {
  const list = join(firebaseTools, 'lib/emulator/downloadableEmulatorInfo.json');
  const downloads = await readFile(list, 'utf8').then(
    (text) => JSON.parse(text) as Downloads,
    (): Downloads => ({}),
  );
  await mkdir(folder, { recursive: true });
  for (const name of ['firestore', 'storage']) {
    const file = downloads[name]?.downloadPathRelativeToCacheDir;
    if (file === undefined) {
      throw new Error(`${list} names no program for ${name}: firebase-tools must be 15 or newer`);
    }
    await writeFile(join(folder, file), '');
  }
}
