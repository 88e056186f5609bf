import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from './errors.js';
import { accepts, HOST, portsInUse } from './ports.js';
import type { Ports } from './ports.js';
import { endLeftovers, endProcess, hasEnded, spawnNode } from './processes.js';
import { FIREBASE_CLI, FUNCTIONS_NODE, prepareWorkspace, PROJECT_ID, ROOT } from './workspace.js';
import { cliEnvironment, type Workspace } from './workspace.js';

/** Our stand-ins for the providers, which run beside the CLI. */
const standIns = [
  { name: 'deepgram', script: join(ROOT, 'emulators/dist/deepgram/main.js') },
  { name: 'gemini', script: join(ROOT, 'emulators/dist/gemini/main.js') },
  { name: 'x', script: join(ROOT, 'emulators/dist/x/main.js') },
  { name: 'polar', script: join(ROOT, 'emulators/dist/polar/main.js') },
] as const;

/** The CLI shuts every emulator down by itself when asked once; more than this is a hang. */
const CLI_PATIENCE_MS = 10_000;
const STAND_IN_PATIENCE_MS = 2_000;
/** From a cold disk on a small machine; what takes longer has gone wrong. */
const START_LIMIT_MS = 120_000;
const LOG_LINES_SHOWN = 30;

/** A platform that runs. */
export interface Platform {
  readonly ports: Ports;
  /** Where everything that it says is written. */
  readonly logFile: string;
  /** Resolves once the CLI has ended, by itself or by `stop`. */
  readonly ended: Promise<void>;
  /** Ends all of it; nothing that it started is left when this resolves. */
  stop(): Promise<void>;
}

/**
 * Starts the emulators and the stand-ins, and resolves once every one of them answers.
 * Lines of the CLI, the functions' logs among them, go to `onLine` as well as to the log.
 * @throws PlatformError naming the ports in use, before anything starts, or quoting the log.
 */
export async function startPlatform(
  ports: Ports,
  { onLine, signal }: { onLine?: (line: string) => void; signal: AbortSignal },
): Promise<Platform> {
  const parts = await PlatformParts.prepare(ports);
  try {
    await parts.startStandIns(signal);
    const cli = parts.spawnCli(['emulators:start']);
    await parts.orLog(emulatorsReady(cli, parts.log, onLine), signal);
    const ended = once(cli, 'exit').then(() => undefined);
    return { ports, logFile: parts.logFile, ended, stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

/**
 * Runs a shell command in the root folder under `firebase emulators:exec`, with the stand-ins beside it. What the
 * command prints goes where ours goes; what the CLI and the functions say goes to the log.
 * @returns the command's exit code, or 1 where `signal` ended it.
 */
export async function execOnPlatform(
  ports: Ports,
  command: string,
  signal: AbortSignal,
): Promise<number> {
  const parts = await PlatformParts.prepare(ports);
  try {
    await parts.startStandIns(signal);
    const cli = parts.spawnCli([
      'emulators:exec',
      `cd ${quoted(ROOT)}; PATH=$TOOLS_PATH; ${command}`,
    ]);
    const running = passCommandOutput(cli, parts.log);
    await Promise.race([once(cli, 'exit'), aborted(signal).catch(() => undefined)]);
    if (!running()) process.stderr.write(`${await parts.endOfLog()}\n`);
    return cli.exitCode ?? 1;
  } finally {
    await parts.stop();
  }
}

/** A line of the CLI or of a function's log, as against one of a command that the CLI runs. */
const CLI_LINE = /^([>i✔⚠⬢] {2}\S| {1,3}- (URL:|Be careful)|Error: Script )/u;

/** Parts the command's lines from the CLI's; the result tells whether the command was started. */
function passCommandOutput(cli: ChildProcess, log: WriteStream): () => boolean {
  let running = false;
  const pass = (line: string, stream: NodeJS.WritableStream) => {
    const isCommands = running && !CLI_LINE.test(line);
    (isCommands ? stream : log).write(`${line}\n`);
    running ||= line.includes('Running script: ');
  };
  onLines(cli.stdout, (line) => {
    pass(line, process.stdout);
  });
  onLines(cli.stderr, (line) => {
    pass(line, process.stderr);
  });
  return () => running;
}

function onLines(stream: Readable | null, read: (line: string) => void): void {
  if (stream) createInterface(stream).on('line', read);
}

/** True where a whole platform, ours by its hub and its stand-ins, listens on these ports. */
export async function isPlatformRunning(ports: Ports): Promise<boolean> {
  const hub = await fetch(`http://${ports.host('hub')}/emulators`).catch(() => null);
  if (!hub?.ok) return false;
  const emulators = (await hub.json()) as Record<string, { port?: number } | undefined>;
  const named = ['functions', 'auth', 'firestore', 'storage', 'tasks', 'eventarc'] as const;
  if (named.some((name) => emulators[name]?.port !== ports.of(name))) return false;
  return (await Promise.all(standIns.map(({ name }) => accepts(ports.of(name))))).every(Boolean);
}

/** A text as one word of the shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What programs on the platform find in their environment, beside what the CLI sets. */
export function platformEnvironment(ports: Ports): Record<string, string> {
  return {
    PORT_OFFSET: String(ports.offset),
    GCLOUD_PROJECT: PROJECT_ID,
    DEEPGRAM_STAND_IN: `http://${ports.host('deepgram')}`,
    GEMINI_STAND_IN: `http://${ports.host('gemini')}`,
    X_STAND_IN: `http://${ports.host('x')}`,
    POLAR_STAND_IN: `http://${ports.host('polar')}`,
    // Where the stand-in sends its webhooks.
    POLAR_WEBHOOK_URL: `http://${ports.host('functions')}/${PROJECT_ID}/us-central1/polarWebhook`,
  };
}

/** Copies the CLI's lines to the log; resolves when it says that all is up and functions loaded. */
function emulatorsReady(
  cli: ChildProcess,
  log: WriteStream,
  onLine?: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const read = (line: string) => {
      log.write(`${line}\n`);
      onLine?.(line);
      if (line.includes('All emulators ready')) resolve();
      if (line.includes('Failed to load function definition')) {
        reject(new Error('the functions did not load'));
      }
    };
    onLines(cli.stdout, read);
    onLines(cli.stderr, read);
    cli.once('exit', (code) => {
      reject(new Error(`the Firebase CLI ended with ${code ?? 'a signal'}`));
    });
  });
}

/** The processes of one platform and what they stand on. */
class PlatformParts {
  readonly logFile: string;
  readonly log: WriteStream;
  private readonly standIns: ChildProcess[] = [];
  private cli: ChildProcess | undefined;
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly ports: Ports,
    private readonly workspace: Workspace,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.logFile = join(workspace.folder, 'platform.log');
    this.log = createWriteStream(this.logFile, { flags: 'a' });
  }

  static async prepare(ports: Ports): Promise<PlatformParts> {
    await refusePortsInUse(ports);
    const workspace = await prepareWorkspace(ports);
    const environment = { ...process.env, ...platformEnvironment(ports) };
    return new PlatformParts(ports, workspace, await cliEnvironment(workspace, environment));
  }

  async startStandIns(signal: AbortSignal): Promise<void> {
    const started = standIns.map(async ({ name, script }) => {
      const port = this.ports.of(name);
      const child = spawnNode({
        node: process.execPath,
        script,
        args: ['--host', HOST, '--port', String(port)],
        cwd: this.workspace.folder,
        env: this.environment,
      });
      this.standIns.push(child);
      const read = (line: string) => this.log.write(`${name}: ${line}\n`);
      onLines(child.stdout, read);
      onLines(child.stderr, read);
      await listens(port, child);
    });
    await this.orLog(Promise.all(started), signal);
  }

  /** Its working folder is where the CLI and the emulators put their debug logs. */
  spawnCli(command: readonly string[]): ChildProcess {
    const only = 'functions,auth,firestore,storage,tasks,eventarc';
    const options = [
      '--only',
      only,
      '--project',
      PROJECT_ID,
      '--config',
      this.workspace.configFile,
    ];
    this.cli = spawnNode({
      node: FUNCTIONS_NODE,
      script: FIREBASE_CLI,
      args: [...command, ...options, '--non-interactive'],
      cwd: this.workspace.folder,
      env: this.environment,
    });
    return this.cli;
  }

  /** Waits for a part of the start; a failure quotes the end of the log. */
  async orLog(part: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(START_LIMIT_MS);
    try {
      await Promise.race([part, aborted(AbortSignal.any([signal, limit]))]);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (signal.aborted) throw new PlatformError(why, { cause: error });
      const message = `The local platform did not start: ${why}.\n${await this.endOfLog()}`;
      throw new PlatformError(message, { cause: error });
    }
  }

  async endOfLog(): Promise<string> {
    const log = await readFile(this.logFile, 'utf8').catch(() => '');
    return log.trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }

  private async end(): Promise<void> {
    if (this.cli) await endProcess(this.cli, 'SIGINT', CLI_PATIENCE_MS);
    await Promise.all(
      this.standIns.map((child) => endProcess(child, 'SIGTERM', STAND_IN_PATIENCE_MS)),
    );
    await endLeftovers('TMPDIR', this.workspace.temporary, STAND_IN_PATIENCE_MS);
    this.log.end();
    await this.workspace.remove();
  }
}

async function refusePortsInUse(ports: Ports): Promise<void> {
  const taken = await portsInUse(ports);
  if (taken.length === 0) return;
  const lines = taken.map((use) => `Port ${use.port} is in use; the ${use.what} wants it.`);
  throw new PlatformError(
    [...lines, 'End what listens there, or shift every port: PORT_OFFSET=100'].join('\n'),
  );
}

/** Resolves once something accepts connections on the port; rejects if the process ends first. */
async function listens(port: number, child: ChildProcess): Promise<void> {
  while (!(await accepts(port))) {
    if (hasEnded(child)) throw new Error(`what was to listen on port ${port} ended`);
    await sleep(50);
  }
}

/** Rejects with the signal's reason once it is given. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
