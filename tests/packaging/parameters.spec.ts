import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { config } from '../../functions/src/platform/config.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const functionsFolder = join(root, 'functions');
const PROJECT = 'demo-quikthread';

/** The examples, one for each environment. */
const examples = ['.env.staging.example', '.env.production.example'];

/** What the CLI's manifest says of parameters (firebase-functions, runtime/manifest). */
const manifestSchema = z.object({
  params: z.array(
    z.object({ name: z.string(), type: z.enum(['string', 'int', 'boolean', 'secret']) }),
  ),
});

interface EnvironmentOptions {
  readonly functionsSource: string;
  readonly projectDir: string;
  readonly projectId: string;
}

/** How the CLI reads a deployment's parameters (firebase-tools, functions/env.js, which has no types). */
const { loadUserEnvs } = z
  .object({
    loadUserEnvs: z.custom<(options: EnvironmentOptions) => Record<string, string>>(
      (value) => typeof value === 'function',
    ),
  })
  .parse(createRequire(import.meta.url)('firebase-tools/lib/functions/env.js'));

/** The parameters that the built functions declare, found as the CLI finds them. */
async function declared(folder: string) {
  const output = join(folder, 'manifest.json');
  const node = join(functionsFolder, 'node_modules/node/bin/node');
  const binary = join(
    functionsFolder,
    'node_modules/firebase-functions/lib/bin/firebase-functions.js',
  );
  await run(node, [binary, functionsFolder], {
    cwd: functionsFolder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      GCLOUD_PROJECT: PROJECT,
      FUNCTIONS_MANIFEST_OUTPUT_PATH: output,
    },
  });
  return manifestSchema.parse(JSON.parse(await readFile(output, 'utf8'))).params;
}

describe('the parameters of a deployment', function () {
  this.timeout(60_000);
  let folder: string;
  let parameters: readonly string[];
  let secrets: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quikthread-parameters-'));
    const params = await declared(folder);
    const namesOf = (wanted: (type: string) => boolean) =>
      params.filter(({ type }) => wanted(type)).map(({ name }) => name);
    secrets = namesOf((type) => type === 'secret');
    parameters = namesOf((type) => type !== 'secret');
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  for (const example of examples) {
    describe(example, () => {
      const source = join(functionsFolder, example);
      let values: Record<string, string>;

      before(async () => {
        const copy = await mkdtemp(join(folder, 'source-'));
        await copyFile(source, join(copy, `.env.${PROJECT}`));
        values = loadUserEnvs({ functionsSource: copy, projectDir: copy, projectId: PROJECT });
      });

      it('has each of them, and nothing else', () => {
        assert.deepEqual(Object.keys(values).sort(), [...parameters].sort());
      });

      it('says of each what it is', async () => {
        const lines = (await readFile(source, 'utf8')).split('\n');
        for (const [index, line] of lines.entries()) {
          if (/^\w+=/.test(line)) assert.match(lines[index - 1] ?? '', /^# ./, line);
        }
      });

      it('passes the functions’ own check as it is', () => {
        Object.assign(process.env, values);
        try {
          assert.equal(config().enforceAppCheck, example.includes('production'));
        } finally {
          for (const name of Object.keys(values)) Reflect.deleteProperty(process.env, name);
        }
      });

      it('is read by no deployment, and goes along with none', async () => {
        const copy = await mkdtemp(join(folder, 'source-'));
        await copyFile(source, join(copy, example));
        for (const projectId of [PROJECT, 'staging', 'production']) {
          assert.deepEqual(
            loadUserEnvs({ functionsSource: copy, projectDir: copy, projectId }),
            {},
            projectId,
          );
        }
        const firebase = await readFile(join(root, 'firebase.json'), 'utf8');
        assert.ok(firebase.includes(JSON.stringify(example)), 'firebase.json ignores it');
      });

      it('is kept in version control', async () => {
        const ignored = run('git', ['check-ignore', '--no-index', source], { cwd: root });
        await assert.rejects(ignored, { code: 1 });
      });
    });
  }

  it('stand in the README, secrets too', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const [, section = ''] = readme.split('\n## Configuration\n');
    const rows = (section.split('\n## ')[0] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    );
    assert.deepEqual(named.sort(), [...parameters, ...secrets].sort());
  });
});
