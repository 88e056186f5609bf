import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Trigger } from './trigger.js';

/** Some of what the Functions emulator answers to `GET /backends`. */
interface Backend {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly functionTriggers: readonly { readonly id: string; readonly name: string }[];
}

/** Some of the manifest that firebase-functions writes. */
interface Manifest {
  readonly endpoints: Readonly<Record<string, { readonly eventTrigger?: { retry?: unknown } }>>;
}

const LOADING_MS = 60_000;

/**
 * Knows whether a trigger has retry on. The CLI does not say so when it registers one, but lists where the functions
 * are; and firebase-functions writes down what they declare, as it does when the CLI asks. What cannot be
 * learnt that way (of functions in other languages) is taken for off, the default.
 */
export class RetryPolicies {
  private manifests = new Map<string, Promise<Manifest>>();

  /** @param functionsEmulator `host:port` */
  constructor(private readonly functionsEmulator: string) {}

  /** Forgets what the functions declare, when that may have changed. */
  reset(): void {
    this.manifests = new Map();
  }

  async isOn({ projectId, key }: Trigger): Promise<boolean> {
    try {
      const answer = await fetch(`http://${this.functionsEmulator}/backends`);
      const { backends } = (await answer.json()) as { backends: readonly Backend[] };
      const id = key.replace(/-\d+$/, '');
      for (const backend of backends) {
        const name = backend.functionTriggers.find((trigger) => trigger.id === id)?.name;
        if (name === undefined) continue;
        const { endpoints } = await this.manifest(projectId, backend);
        return endpoints[name]?.eventTrigger?.retry === true;
      }
    } catch (error) {
      console.error(`firestore: cannot tell whether ${key} has retry on: ${String(error)}`);
    }
    return false;
  }

  private manifest(projectId: string, { directory, env }: Backend): Promise<Manifest> {
    let manifest = this.manifests.get(directory);
    if (manifest === undefined) {
      const config = { projectId, storageBucket: `${projectId}.appspot.com` };
      const variables = { GCLOUD_PROJECT: projectId, FIREBASE_CONFIG: JSON.stringify(config) };
      manifest = readManifest(directory, { ...variables, ...env });
      this.manifests.set(directory, manifest);
    }
    return manifest;
  }
}

async function readManifest(
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Manifest> {
  const folder = await mkdtemp(join(tmpdir(), 'firestore-functions-'));
  try {
    const path = join(folder, 'functions.yaml');
    const variables = { FUNCTIONS_CONTROL_API: 'true', FUNCTIONS_MANIFEST_OUTPUT_PATH: path };
    const program = join(directory, 'node_modules/.bin/firebase-functions');
    await promisify(execFile)(program, [directory], {
      cwd: directory,
      env: { ...process.env, ...env, ...variables },
      timeout: LOADING_MS,
    });
    return JSON.parse(await readFile(path, 'utf8')) as Manifest;
  } finally {
    await rm(folder, { recursive: true });
  }
}
