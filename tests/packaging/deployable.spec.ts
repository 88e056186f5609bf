import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { callables } from '@quikthread/contract';
import type { CallableName } from '@quikthread/contract';
import { z } from 'zod';
import { patienceOf } from '../../packages/client/src/patience.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const functionsFolder = join(root, 'functions');
const node24 = join(functionsFolder, 'node_modules/node/bin/node');

const secretNames = z.array(z.object({ key: z.string() })).optional();

/** The part of the CLI's deployment manifest that this test reads (firebase-functions, runtime/manifest). */
const manifestSchema = z.object({
  specVersion: z.literal('v1alpha1'),
  endpoints: z.record(
    z.string(),
    z.looseObject({
      platform: z.literal('gcfv2'),
      region: z.array(z.string()),
      secretEnvironmentVariables: secretNames,
      callableTrigger: z.object({}).optional(),
      taskQueueTrigger: z.object({}).optional(),
      httpsTrigger: z.object({}).optional(),
      scheduleTrigger: z.object({ schedule: z.string() }).optional(),
      timeoutSeconds: z.number().nullable().optional(),
      eventTrigger: z
        .object({
          eventType: z.string(),
          retry: z.boolean(),
          eventFilterPathPatterns: z.record(z.string(), z.string()).optional(),
        })
        .optional(),
    }),
  ),
});
type Manifest = z.infer<typeof manifestSchema>;

const callableNames = Object.keys(callables) as CallableName[];

const providerSecrets = ['DEEPGRAM_API_KEY', 'GEMINI_API_KEY'];
const xSecrets = [
  'X_APP_ACCESS_SECRET',
  'X_APP_ACCESS_TOKEN',
  'X_APP_KEY',
  'X_APP_SECRET',
  'X_CLIENT_SECRET',
  'X_TOKEN_KEYS',
];

/** The secrets of each function that has any. */
const secretsOf: Readonly<Record<string, readonly string[]>> = {
  onJobCreated: [...providerSecrets, ...xSecrets],
  runJob: [...providerSecrets, ...xSecrets],
  connectX: xSecrets,
  confirmX: xSecrets,
  disconnectX: xSecrets,
  xOAuthCallback: xSecrets,
  deletePost: xSecrets,
  getAnalytics: xSecrets,
  snapshotPosts: xSecrets,
  runDeletion: ['POLAR_ACCESS_TOKEN', ...xSecrets],
  createCheckout: ['POLAR_ACCESS_TOKEN'],
  customerPortal: ['POLAR_ACCESS_TOKEN'],
  polarWebhook: ['POLAR_WEBHOOK_SECRETS'],
  applyBillingEvent: ['POLAR_ACCESS_TOKEN'],
  checkSubscriptions: ['POLAR_ACCESS_TOKEN'],
};

/** What Cloud Functions stops a function after that says nothing else, in seconds. */
const DEFAULT_TIMEOUT = 60;

/** Copies what the Firebase CLI would upload: the folder, less what firebase.json ignores. */
async function upload(target: string): Promise<void> {
  const firebase = z
    .object({ functions: z.array(z.object({ ignore: z.array(z.string()) })) })
    .parse(JSON.parse(await readFile(join(root, 'firebase.json'), 'utf8')));
  const ignored = firebase.functions[0]?.ignore ?? [];
  for (const name of await readdir(functionsFolder)) {
    if (ignored.includes(name)) continue;
    await cp(join(functionsFolder, name), join(target, name), { recursive: true });
  }
}

/** Installs as the Node.js buildpack does (production dependencies by the lock file) and loads it on the deployed runtime. */
async function buildAndLoad(folder: string): Promise<Manifest> {
  await run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: folder });
  const output = join(folder, 'manifest.json');
  const environment = {
    PATH: process.env['PATH'],
    HOME: folder,
    GCLOUD_PROJECT: 'demo-quikthread',
    FUNCTIONS_MANIFEST_OUTPUT_PATH: output,
  };
  await run(node24, ['node_modules/firebase-functions/lib/bin/firebase-functions.js', '.'], {
    cwd: folder,
    env: environment,
  });
  return manifestSchema.parse(JSON.parse(await readFile(output, 'utf8')));
}

describe('the deployable functions folder', function () {
  this.timeout(180_000);
  let folder: string;
  let endpoints: Manifest['endpoints'];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quikthread-package-'));
    await upload(folder);
    ({ endpoints } = await buildAndLoad(folder));
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('exports every callable of the contract, and what else runs', () => {
    const others = [
      'onJobCreated',
      'onUploadFinalized',
      'runJob',
      'runDeletion',
      'xOAuthCallback',
      'snapshotPosts',
      'health',
      'resetMonthlyQuotas',
      'cleanupMedia',
      'cleanupCaches',
      'sweepStalledJobs',
      'polarWebhook',
      'applyBillingEvent',
      'checkSubscriptions',
    ];
    assert.deepEqual(Object.keys(endpoints).sort(), [...callableNames, ...others].sort());
    for (const name of callableNames) assert.ok(endpoints[name]?.callableTrigger, name);
    for (const name of ['xOAuthCallback', 'polarWebhook', 'health'])
      assert.ok(endpoints[name]?.httpsTrigger, name);
    assert.ok(endpoints['runJob']?.taskQueueTrigger);
    assert.ok(endpoints['runDeletion']?.taskQueueTrigger);
    assert.ok(endpoints['applyBillingEvent']?.taskQueueTrigger);
    const schedules = {
      snapshotPosts: 'every 1 hours',
      resetMonthlyQuotas: '0 * * * *',
      cleanupMedia: '20 3 * * *',
      cleanupCaches: '40 3 * * *',
      sweepStalledJobs: '*/5 * * * *',
      checkSubscriptions: '10 * * * *',
    };
    for (const [name, schedule] of Object.entries(schedules)) {
      assert.equal(endpoints[name]?.scheduleTrigger?.schedule, schedule, name);
    }
  });

  it('runs everything in one region', () => {
    for (const [name, { region }] of Object.entries(endpoints)) {
      assert.deepEqual(region, ['us-central1'], name);
    }
  });

  it('retries its events, and listens to what it should', () => {
    const created = endpoints['onJobCreated']?.eventTrigger;
    assert.equal(created?.eventType, 'google.cloud.firestore.document.v1.created');
    assert.deepEqual(created.eventFilterPathPatterns, { document: 'jobs/{jobId}' });
    const finalized = endpoints['onUploadFinalized']?.eventTrigger;
    assert.equal(finalized?.eventType, 'google.cloud.storage.object.v1.finalized');
    assert.ok(created.retry && finalized.retry);
  });

  it('stays within the platform’s time limits', () => {
    const limits = { onJobCreated: 540, onUploadFinalized: 540, runJob: 1800, snapshotPosts: 1800 };
    for (const [name, limit] of Object.entries(limits)) {
      const { timeoutSeconds } = endpoints[name] ?? {};
      assert.ok(timeoutSeconds && timeoutSeconds <= limit, name);
    }
  });

  it('answers within what the client waits', () => {
    for (const name of callableNames) {
      const seconds = endpoints[name]?.timeoutSeconds ?? DEFAULT_TIMEOUT;
      assert.ok(seconds < patienceOf(name), `${name}: ${seconds} of ${patienceOf(name)} s`);
    }
  });

  it('gives secrets only to the functions that use them', () => {
    for (const [name, { secretEnvironmentVariables = [] }] of Object.entries(endpoints)) {
      const keys = secretEnvironmentVariables.map(({ key }) => key);
      assert.deepEqual(keys.sort(), secretsOf[name] ?? [], name);
    }
  });

  it('leaves sources, development parameters and secrets at home', async () => {
    const names = await readdir(folder);
    for (const name of ['src', '.secret.local', '.env.local', '.env.demo-quikthread']) {
      assert.ok(!names.includes(name), name);
    }
    const lock: unknown = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
    assert.doesNotMatch(JSON.stringify(lock), /"file:|"link":true/);
  });
});
