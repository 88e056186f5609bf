import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutJava } from '../../emulators/cli/environment.js';
import { PlatformError } from './errors.js';
import { HOST } from './ports.js';
import type { Ports } from './ports.js';

/** The checkout's root folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Ids that start with `demo-` never reach a cloud project. */
export const PROJECT_ID = 'demo-quikthread';

/** The Storage bucket that the emulators give such a project. */
export const BUCKET = `${PROJECT_ID}.appspot.com`;

/** The Firebase CLI's program. */
export const FIREBASE_CLI = join(ROOT, 'node_modules/firebase-tools/lib/bin/firebase.js');

/**
 * The Node of the functions' own major. The CLI runs on it too, because the functions emulator
 * takes the Node that it runs on itself where that has the major that the functions ask for.
 */
export const FUNCTIONS_NODE = join(ROOT, 'functions/node_modules/node/bin/node');

/** What one running platform keeps on disk. */
export interface Workspace {
  /** Logs and state, kept after the end: `.cache/platform/<offset>`. */
  readonly folder: string;
  /** The derived firebase.json. The CLI takes its folder for the project's root, so it lies there. */
  readonly configFile: string;
  /** Temporary files, this platform's alone: the emulators keep blobs and sockets in TMPDIR. */
  readonly temporary: string;
  /** Removes what need not outlive the platform. */
  remove(): Promise<void>;
}

/** Writes everything that the CLI reads to run a platform on these ports. */
export async function prepareWorkspace(ports: Ports): Promise<Workspace> {
  const folder = join(ROOT, '.cache/platform', String(ports.offset));
  const configFile = join(ROOT, `.firebase-${String(ports.offset)}.json`);
  const parameters = join('.cache/platform', String(ports.offset), 'parameters');
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(ROOT, parameters), { recursive: true });
  await writeParameters(join(ROOT, parameters), ports);
  await writeFile(configFile, JSON.stringify(await deriveConfig(ports, parameters), null, 2));
  await writeCliState(folder);
  const temporary = await mkdtemp(join(tmpdir(), 'quikthread-'));
  return {
    folder,
    configFile,
    temporary,
    remove: async () => {
      await rm(configFile, { force: true });
      await rm(temporary, { recursive: true, force: true });
    },
  };
}

interface FirebaseConfig {
  functions: Record<string, unknown>[];
  emulators: Record<string, unknown>;
}

/** firebase.json with the ports shifted and the functions' parameters taken from `parameters`. */
async function deriveConfig(ports: Ports, parameters: string): Promise<FirebaseConfig> {
  const config = JSON.parse(await readFile(join(ROOT, 'firebase.json'), 'utf8')) as FirebaseConfig;
  const at = (name: Parameters<Ports['of']>[0]) => ({ host: HOST, port: ports.of(name) });
  return {
    ...config,
    functions: config.functions.map((codebase) => ({ ...codebase, configDir: parameters })),
    emulators: {
      ...config.emulators,
      hub: at('hub'),
      logging: at('logging'),
      functions: at('functions'),
      auth: at('auth'),
      firestore: { ...at('firestore'), websocketPort: ports.of('firestoreWebsocket') },
      storage: at('storage'),
      eventarc: at('eventarc'),
      tasks: at('tasks'),
      ui: { enabled: false },
    },
  };
}

/**
 * The functions' parameters, in a folder of this platform's own so that two platforms side by side
 * do not share them. The developer's `functions/.env.local` comes on top where there is one.
 */
async function writeParameters(folder: string, ports: Ports): Promise<void> {
  const parameters = {
    DEEPGRAM_BASE_URL: `http://${ports.host('deepgram')}`,
    GEMINI_BASE_URL: `http://${ports.host('gemini')}`,
    POLAR_BASE_URL: `http://${ports.host('polar')}`,
    X_API_BASE_URL: `http://${ports.host('x')}`,
    X_WEB_BASE_URL: `http://${ports.host('x')}`,
    X_CLIENT_ID: 'local-x-client',
    X_CALLBACK_URL: `http://${ports.host('functions')}/${PROJECT_ID}/us-central1/xOAuthCallback`,
    // The stand-in shows a tweet at once.
    X_TIMELINE_LAG_SECONDS: '1',
    // Vite's own port: where a front end under development usually is.
    FRONTEND_URLS: 'http://localhost:5173',
    ALLOW_LOOPBACK_URLS: 'true',
    // A run that died is taken up again soon, so that nobody waits for it here.
    JOB_LEASE_SECONDS: '10',
  };
  const lines = Object.entries(parameters).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(folder, `.env.${PROJECT_ID}`), lines.join(''));
  const own = join(ROOT, 'functions/.env.local');
  if (existsSync(own)) await copyFile(own, join(folder, '.env.local'));
}

/** The CLI's own settings: no account, and usage reports declined. */
async function writeCliState(folder: string): Promise<void> {
  const configstore = join(folder, 'config/configstore');
  await mkdir(configstore, { recursive: true });
  await writeFile(join(configstore, 'firebase-tools.json'), JSON.stringify({ usage: false }));
}

/** True where the official Java programs are to run instead of our stand-ins. */
export function wantsOfficialEmulators(environment: NodeJS.ProcessEnv): boolean {
  const value = environment['EMULATORS'] ?? '';
  if (value !== '' && value !== 'official') {
    throw new PlatformError(`EMULATORS must be "official" or not set, not "${value}"`);
  }
  return value === 'official';
}

/** The environment that the CLI runs in: no way to an account, to the network, or to a prompt. */
export async function cliEnvironment(
  workspace: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const path = [join(FUNCTIONS_NODE, '..'), environment['PATH'] ?? ''];
  const result: NodeJS.ProcessEnv = {
    ...environment,
    PATH: path.join(delimiter),
    // The CLI runs on the functions' Node; what it runs for us runs on the tools' own.
    TOOLS_PATH: environment['PATH'],
    TMPDIR: workspace.temporary,
    XDG_CONFIG_HOME: join(workspace.folder, 'config'),
    CLOUDSDK_CONFIG: join(workspace.folder, 'config/gcloud'),
    // Skips the message of the day and the look for updates.
    CI: 'true',
    NO_UPDATE_NOTIFIER: '1',
    // The CLI asks npm for the newest firebase-functions at every start.
    npm_config_offline: 'true',
    // Else Google's libraries look for a machine in their cloud, which can take seconds.
    METADATA_SERVER_DETECTION: 'none',
    // Node's cache of compiled code, for the CLI and the functions' workers alike.
    NODE_COMPILE_CACHE: join(ROOT, '.cache/compiled'),
    // Finds the functions through a file instead of a port picked at random.
    FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: 'true',
    FUNCTIONS_DISCOVERY_TIMEOUT: '60',
  };
  delete result['GOOGLE_APPLICATION_CREDENTIALS'];
  delete result['NODE_OPTIONS'];
  if (wantsOfficialEmulators(environment)) return result;
  return await withoutJava(result, {
    firebaseTools: join(ROOT, 'node_modules/firebase-tools'),
    folder: join(ROOT, '.cache/emulators'),
    java: join(ROOT, 'emulators/java'),
    // Our `java` is one of the tools: it runs on their Node.
    node: process.execPath,
  });
}
