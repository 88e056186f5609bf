import { compileRules } from '../emulators/rules/compile.js';
import { partial, requestOf, type PlainRequest } from '../emulators/rules/fixtures.js';

/**
 * Measures how many requests a second the rules decide, one at a time on one core, for a file of 30
 * collections, without and with coverage counted: `npm run bench:rules [seconds for each kind]`.
 */
const SECONDS = Number(process.argv[2] ?? 2);
const BATCH = 100;

const collections = Array.from(
  { length: 30 },
  (_, i) => `match /c${i}/{id} { allow read: if signedIn() && resource.data.public == true; }`,
);
const source = `rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    function signedIn() { return request.auth != null; }
    function owns(data) { return signedIn() && data.userId == request.auth.uid; }
    function isTitle(text) { return text is string && text.size() < 100 && text.matches('[a-z ]+'); }
    ${collections.join('\n')}
    match /users/{userId} {
      allow get: if signedIn() && userId == request.auth.uid;
      match /threads/{threadId} {
        allow list: if owns(resource.data) && resource.data.rank > 3;
        allow create: if owns(request.resource.data)
          && exists(/databases/$(database)/documents/users/$(userId));
        allow update: if owns(resource.data) && owns(request.resource.data)
          && request.resource.data.diff(resource.data).affectedKeys().hasOnly(['title', 'updatedAt'])
          && isTitle(request.resource.data.title)
          && request.resource.data.updatedAt == request.time;
      }
    }
  }
}`;

const root = 'databases/(default)/documents/users/u1';
const time = new Date(1_700_000_000_000);
const stored = {
  userId: 'u1',
  title: 'abc def',
  rank: 4,
  tags: ['a', 'b'],
  updatedAt: new Date(0),
};
const rank = { type: 'int', value: 5n } as const;
const proven = {
  type: 'unknown',
  constraint: { type: 'number', lower: { value: rank, inclusive: true } },
} as const;

const requests: Readonly<Record<string, PlainRequest>> = {
  get: { path: root },
  'get that is refused': { path: 'databases/(default)/documents/users/u2' },
  list: {
    method: 'list',
    path: `${root}/threads`,
    resource: { data: partial({ userId: 'u1' }, { rank: proven }) },
  },
  'create with exists()': {
    method: 'create',
    path: `${root}/threads/t`,
    requestResource: { data: stored },
    documents: { [root]: {} },
  },
  update: {
    method: 'update',
    path: `${root}/threads/t`,
    resource: { data: stored },
    requestResource: { data: { ...stored, title: 'xyz', updatedAt: time } },
  },
};

async function measure(title: string, plain: PlainRequest, countsCoverage: boolean): Promise<void> {
  const { ruleset } = compileRules(source, 'cloud.firestore', 'bench.rules', { countsCoverage });
  const request = requestOf({ auth: { uid: 'u1' }, time, ...plain });
  const expected = !title.includes('refused');
  let decisions = 0;
  const start = performance.now();
  while (performance.now() - start < SECONDS * 1000) {
    for (let i = 0; i < BATCH; i += 1) {
      const decision = await ruleset?.evaluate(request);
      if (decision?.permit !== expected) throw new Error(`${title}: ${decision?.reason ?? ''}`);
    }
    decisions += BATCH;
  }
  const rate = (decisions / (performance.now() - start)) * 1000;
  console.log(`${title.padEnd(22)} ${Math.round(rate).toLocaleString('en').padStart(9)} a second`);
}

for (const countsCoverage of [false, true]) {
  console.log(countsCoverage ? 'with coverage counted:' : 'without coverage:');
  for (const [title, request] of Object.entries(requests)) {
    await measure(title, request, countsCoverage);
  }
}
