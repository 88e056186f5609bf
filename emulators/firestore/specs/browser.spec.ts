import assert from 'node:assert/strict';
import type { Firestore } from 'firebase-admin/firestore';
import type { BrowserHarness, BrowserPage } from './browser/browser.js';
import { startBrowser } from './browser/browser.js';
import type { ConnectOptions, PageEvent } from './browser/page.js';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

const RULES = `
rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /open/{id=**} { allow read, write: if true; }
    match /users/{uid}/{id=**} { allow read, write: if request.auth.uid == uid; }
    match /staff/{id} { allow read, write: if request.auth.token.admin == true; }
  }
}`;

/** A token as the Auth emulator makes them: not signed. */
function tokenOf(uid: string, claims: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: `https://securetoken.google.com/${PROJECT}`,
    aud: PROJECT,
    iat: now,
    exp: now + 3600,
    sub: uid,
    user_id: uid,
    firebase: { identities: {}, sign_in_provider: 'custom' },
    ...claims,
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(payload)}.`;
}

const list = ({ documents }: PageEvent): string =>
  documents.map(([id, n]) => `${id}=${String(n)}`).join(' ');

const settled = (wanted: string) => (event: PageEvent) =>
  list(event) === wanted && !event.fromCache && !event.hasPendingWrites;

for (const transport of ['streaming', 'long polling'] as const) {
  describe(`the web SDK in Chromium, ${transport}`, function () {
    this.timeout(30_000);
    let harness: Harness;
    let browser: BrowserHarness;
    let admin: Firestore;
    let opened: BrowserPage[] = [];

    const open = async (options: Partial<ConnectOptions> = {}): Promise<BrowserPage> => {
      const { port } = harness.emulator;
      const page = await browser.open({ projectId: PROJECT, port, transport, ...options });
      opened.push(page);
      return page;
    };

    before(async function () {
      this.timeout(300_000);
      harness = await startHarness({ rules: { source: RULES, fileName: 'firestore.rules' } });
      admin = harness.admin();
      browser = await startBrowser();
    });
    beforeEach(() => harness.clear());
    afterEach(async () => {
      await Promise.all(opened.map(({ context }) => context.close()));
      opened = [];
    });
    after(async () => {
      await browser.stop();
      await harness.stop();
    });

    it('writes, and sees its own writes first pending, then settled', async () => {
      const { page, events } = await open();
      await page.evaluate(() => {
        globalThis.client.followCollection('list', 'open/root/list');
      });
      await events('list').until(settled(''));
      await page.evaluate(() => globalThis.client.set('open/root/list/ä', { n: 1, text: '🎧 é' }));
      await events('list').until(settled('ä=1'));
      assert.ok(
        events('list').seen.some((event) => list(event) === 'ä=1' && event.hasPendingWrites),
      );
      assert.equal((await admin.doc('open/root/list/ä').get()).get('text'), '🎧 é');
      await page.evaluate(() => globalThis.client.update('open/root/list/ä', { n: 2 }));
      await events('list').until(settled('ä=2'));
      await page.evaluate(() => globalThis.client.remove('open/root/list/ä'));
      await events('list').until((event) => events('list').seen.length > 3 && settled('')(event));
      const missing = 'open/root/list/none';
      await assert.rejects(
        page.evaluate((path) => globalThis.client.update(path, { n: 1 }), missing),
        /not-found: No document to update/,
      );
    });

    it('sees the writes of others in order, in several listeners, and a batch at once', async () => {
      const { page, events, requests } = await open();
      await admin.doc('open/root/a/1').set({ n: 1 });
      await page.evaluate(() => {
        globalThis.client.followCollection('all', 'open/root/a');
        globalThis.client.followCollection('first', 'open/root/a', 2);
        globalThis.client.followCollection('other', 'open/root/b');
      });
      await events('all').until(settled('1=1'));
      await events('other').until(settled(''));
      for (let n = 2; n <= 10; n += 1) await admin.doc('open/root/a/1').set({ n, text: '𐍈 ü' });
      await events('all').until(settled('1=10'));
      const values = events('all').seen.flatMap(({ documents }) => documents.map(([, n]) => n));
      assert.deepEqual(
        values,
        [...values].sort((a, b) => Number(a) - Number(b)),
      );
      const batch = admin.batch();
      for (const [path, n] of Object.entries({ 'a/2': 2, 'a/3': 3, 'b/1': 1, 'b/2': 2 })) {
        batch.set(admin.doc(`open/root/${path}`), { n });
      }
      await batch.commit();
      await events('all').until(settled('2=2 3=3 1=10'));
      await events('first').until(settled('2=2 3=3'));
      await events('other').until(settled('1=1 2=2'));
      assert.ok(!events('other').seen.some((event) => list(event) === '1=1'));
      const waits = requests.filter(({ url }) => url.searchParams.get('TYPE') === 'xmlhttp');
      const modes = new Set(waits.map(({ url }) => url.searchParams.get('CI')));
      assert.deepEqual([...modes], [transport === 'streaming' ? '0' : '1']);
    });

    it('takes in more than one chunk', async () => {
      const text = 'ö'.repeat(20_000);
      const batch = admin.batch();
      for (let n = 10; n < 50; n += 1) batch.set(admin.doc(`open/root/big/${n}`), { n, text });
      await batch.commit();
      const { page, events } = await open();
      await page.evaluate(() => {
        globalThis.client.followCollection('big', 'open/root/big');
      });
      const all = await events('big').until((event) => event.documents.length === 40);
      assert.deepEqual(all.documents[39], ['49', 49]);
      const entries = Object.fromEntries(
        Array.from({ length: 300 }, (_, n) => [`open/root/many/${n}`, n]),
      );
      await page.evaluate((given) => globalThis.client.setAll(given), entries);
      assert.equal(await page.evaluate(() => globalThis.client.count('open/root/many')), 300);
    });

    it('tries a transaction again that another page was in the way of', async () => {
      const [first, second] = await Promise.all([open(), open({ transport: 'default' })]);
      await admin.doc('open/counter').set({ n: 0 });
      const pages = [first.page, second.page, first.page, second.page];
      await Promise.all(
        pages.map((page) => page.evaluate(() => globalThis.client.increment('open/counter'))),
      );
      const read = await first.page.evaluate(() => globalThis.client.read('open/counter'));
      assert.equal(read?.['n'], 4);
    });

    it('catches up after the SDK was offline', async () => {
      const { page, events } = await open();
      await admin.doc('open/root/a/1').set({ n: 1 });
      await admin.doc('open/root/a/2').set({ n: 2 });
      await page.evaluate(() => {
        globalThis.client.followCollection('list', 'open/root/a');
      });
      await events('list').until(settled('1=1 2=2'));
      await page.evaluate(() => globalThis.client.goOffline());
      await events('list').until((event) => list(event) === '1=1 2=2' && event.fromCache);
      await admin.doc('open/root/a/1').delete();
      await admin.doc('open/root/a/3').set({ n: 3 });
      await page.evaluate(() => {
        void globalThis.client.set('open/root/a/4', { n: 4 });
        return globalThis.client.goOnline();
      });
      await events('list').until(settled('2=2 3=3 4=4'));
      assert.equal((await admin.doc('open/root/a/4').get()).get('n'), 4);
    });

    it('catches up after the network was gone', async () => {
      const { page, context, events } = await open();
      await admin.doc('open/root/a/1').set({ n: 1 });
      await page.evaluate(() => {
        globalThis.client.followCollection('list', 'open/root/a');
      });
      await events('list').until(settled('1=1'));
      await context.setOffline(true);
      await admin.doc('open/root/a/2').set({ n: 2 });
      const written = page.evaluate(() => globalThis.client.set('open/root/a/3', { n: 3 }));
      await events('list').until((event) => event.hasPendingWrites);
      await context.setOffline(false);
      await written;
      await events('list').until(settled('1=1 2=2 3=3'));
    });

    it('resumes from what it has kept when the page is loaded again', async () => {
      const { page, events, requests, reload } = await open({ isPersistent: true });
      for (const n of [1, 2, 3]) await admin.doc(`open/root/a/${n}`).set({ n });
      await page.evaluate(() => {
        globalThis.client.followCollection('list', 'open/root/a');
      });
      await events('list').until(settled('1=1 2=2 3=3'));
      const before = requests.length;
      await reload();
      await admin.doc('open/root/a/1').delete();
      await admin.doc('open/root/a/4').set({ n: 4 });
      await page.evaluate(() => {
        globalThis.client.followCollection('again', 'open/root/a');
      });
      await events('again').until(settled('2=2 3=3 4=4'));
      const [first] = events('again').seen;
      assert.ok(first?.fromCache);
      assert.equal(list(first), '1=1 2=2 3=3');
      assert.ok(requests.slice(before).some(({ body }) => body.includes('"resumeToken"')));
    });

    it('acts as who is signed in, and is told of what the rules refuse', async () => {
      const { page, events } = await open({ token: tokenOf('alice') });
      await page.evaluate(() => globalThis.client.set('users/alice/notes/1', { n: 1 }));
      await page.evaluate(() => {
        globalThis.client.followCollection('own', 'users/alice/notes');
        globalThis.client.followCollection('foreign', 'users/bob/notes');
      });
      await events('own').until(settled('1=1'));
      await events('foreign').until(({ error }) => error === 'permission-denied');
      for (const path of ['users/bob/notes/1', 'staff/1']) {
        const refused = page.evaluate((given) => globalThis.client.set(given, { n: 1 }), path);
        await assert.rejects(refused, /permission-denied/);
      }
      // A refused write ends its stream; the next one opens another.
      await page.evaluate(() => globalThis.client.set('users/alice/notes/2', { n: 2 }));
      await events('own').until(settled('1=1 2=2'));
      const staff = await open({ token: tokenOf('carol', { admin: true }) });
      await staff.page.evaluate(() => globalThis.client.set('staff/1', { n: 1 }));
      const read = staff.page.evaluate(() => globalThis.client.read('users/alice/notes/1'));
      await assert.rejects(read, /permission-denied/);
    });
  });
}
