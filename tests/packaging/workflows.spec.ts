import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parse } from 'yaml';
import { z } from 'zod';

const root = new URL('../../', import.meta.url);
const names = ['ci.yml', 'deploy.yml'] as const;

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const job = z.object({
  uses: z.string().optional(),
  needs: z.string().optional(),
  environment: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).default([]),
});
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});

const read = (path: string) => readFile(fileURLToPath(new URL(path, root)), 'utf8');
const pathOf = (name: string) => `.github/workflows/${name}`;

describe('the GitHub Actions workflows', () => {
  const texts = new Map<string, string>();
  let ci: z.output<typeof workflow>;
  let deploy: z.output<typeof workflow>;

  before(async () => {
    for (const name of names) texts.set(name, await read(pathOf(name)));
    const [first, second] = names.map((name) => workflow.parse(parse(texts.get(name) ?? '')));
    assert.ok(first && second);
    [ci, deploy] = [first, second];
  });

  for (const name of names) {
    it(`${name} is a workflow by GitHub's own parser`, () => {
      const file = { name, content: texts.get(name) ?? '' };
      const { context } = parseWorkflow(file, new NoOperationTraceWriter());
      assert.deepEqual(
        context.errors.getErrors().map(({ message }) => message),
        [],
      );
    });

    it(`${name} holds every action to a commit`, () => {
      const lines = (texts.get(name) ?? '')
        .split('\n')
        .filter((line) => /^\s*(- )?uses:/.test(line));
      for (const line of lines) {
        assert.match(line, /uses: (\.\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
      }
    });

    it(`${name} uses no secret: there is no key to keep`, () => {
      assert.doesNotMatch(texts.get(name) ?? '', /secrets\.|credentials_json/);
    });
  }

  it('test every push and pull request by the README’s command', async () => {
    assert.deepEqual(Object.keys(ci.on).sort(), ['pull_request', 'push', 'workflow_call']);
    const commands = ci.jobs['test']?.steps.flatMap(({ run }) => run ?? []);
    const readme = await read('README.md');
    const [, documented] = /^(npm ci && npm test)\b/m.exec(readme) ?? [];
    assert.deepEqual(commands, [documented]);
  });

  it('run the tools on the Node that package.json asks for', async () => {
    const { engines } = z
      .object({ engines: z.object({ node: z.string() }) })
      .parse(JSON.parse(await read('package.json')));
    const [, major] = /^>=(\d+)/.exec(engines.node) ?? [];
    const steps = [...Object.values(ci.jobs), ...Object.values(deploy.jobs)].flatMap(
      (j) => j.steps,
    );
    const versions = steps.flatMap((s) => s.with['node-version'] ?? []);
    assert.deepEqual(versions, [Number(major), Number(major)]);
  });

  it('deploy on a version’s tag alone, after the tests and an approval', () => {
    assert.deepEqual(deploy.on, { push: { tags: ['v*'] } });
    assert.equal(deploy.jobs['test']?.uses, './.github/workflows/ci.yml');
    assert.equal(deploy.jobs['deploy']?.needs, 'test');
    assert.equal(deploy.jobs['deploy'].environment, 'production');
    assert.deepEqual(deploy.concurrency, {
      group: 'deploy-production',
      'cancel-in-progress': false,
    });
  });

  it('let nothing but the deployment stand for a service account, and nothing write', () => {
    assert.deepEqual(ci.permissions, { contents: 'read' });
    assert.deepEqual(deploy.permissions, { contents: 'read' });
    const jobs = Object.entries({ ...ci.jobs, ...deploy.jobs });
    const own = jobs.filter(([, { permissions }]) => permissions !== undefined);
    assert.deepEqual(
      own.map(([name, { permissions }]) => [name, permissions]),
      [['deploy', { contents: 'read', 'id-token': 'write' }]],
    );
  });

  it('sign in before they deploy, and deploy everything', () => {
    const steps = deploy.jobs['deploy']?.steps ?? [];
    const signIn = steps.findIndex(({ uses }) => uses?.startsWith('google-github-actions/auth@'));
    const deployment = steps.findIndex(({ run }) => run?.includes('firebase deploy'));
    assert.ok(signIn > 0 && signIn < deployment);
    assert.deepEqual(Object.keys(steps[signIn]?.with ?? {}).sort(), [
      'project_id',
      'service_account',
      'workload_identity_provider',
    ]);
    assert.equal(
      steps[deployment]?.run,
      'npx firebase deploy --project "$FIREBASE_PROJECT" --non-interactive',
    );
  });

  it('leave no credentials in version control', async () => {
    assert.match(await read('.gitignore'), /^gha-creds-\*\.json$/m);
  });
});
