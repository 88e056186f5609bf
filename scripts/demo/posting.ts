import { randomBytes, randomUUID } from 'node:crypto';
import type { QuikThreadClient } from '@quikthread/client';
import type { AnalyticsData, XAccount } from '@quikthread/contract';
import type { Ports } from '../platform/ports.js';
import { dollars } from './postingReport.js';
import type { Posting } from './postingReport.js';
import type { ProgressDisplay } from './progress.js';
import { DemoRefused } from './refused.js';
import type { StepClock } from './timings.js';

const ONE_DAY_SECONDS = 24 * 3600;

/**
 * Posts the first thread of a finished job from an account on the X stand-in, connected if none is.
 * @throws DemoRefused where X itself would be posted to, or the post stops.
 */
export async function postFirstThread(
  ports: Ports,
  client: QuikThreadClient,
  jobId: string,
  clock: StepClock,
  display: ProgressDisplay,
): Promise<Posting> {
  clock.begin('connecting to X');
  const { xAccount: connected } = await client.getProfile();
  const xAccount =
    connected?.status === 'connected' ? connected : await connectOnStandIn(ports, client);
  clock.begin('post preview');
  const thread = { jobId, threadIndex: 0 };
  const preview = await client.previewPost(thread);
  const charge = `at an estimated ${dollars(preview.estimatedCharge)}`;
  clock.begin('posting');
  display.show('posting', 0, charge);
  const { postId } = await client.postThread({ ...thread, idempotencyKey: randomUUID() });
  const post = await client.waitForPost(postId, {
    onChange: ({ status, postedCount, tweets }) => {
      const note = `${postedCount} of ${tweets.length} tweets, ${charge}`;
      display.show(status, postedCount / tweets.length, note);
    },
  });
  if (post.status === 'completed') return { xAccount, preview, post };
  const code = post.errorCode ? ` (${post.errorCode})` : '';
  throw new DemoRefused(`${post.error ?? `The post is ${post.status}.`}${code}`);
}

/** Connects a new account, as a front end and a browser would: consent is given by a parameter. */
async function connectOnStandIn(ports: Ports, client: QuikThreadClient): Promise<XAccount> {
  const { authorizationUrl } = await client.connectX();
  const consent = new URL(authorizationUrl);
  if (consent.host !== ports.host('x')) {
    throw new DemoRefused(`The demo posts to the X stand-in only, and not to ${consent.host}.`);
  }
  // A new account each time: X refuses an account that posts the same text again.
  consent.searchParams.set('approve', `demo_${randomBytes(4).toString('hex')}`);
  const callback = await redirectOf(consent);
  const outcome = await client.completeXConnection(await redirectOf(callback));
  if (outcome?.account) return outcome.account;
  throw new DemoRefused(`No X account was connected (${outcome?.error ?? 'no answer'}).`);
}

async function redirectOf(url: URL): Promise<URL> {
  const answer = await fetch(url, { redirect: 'manual' });
  const location = answer.headers.get('location');
  if (location === null) {
    throw new DemoRefused(`${url.origin}${url.pathname} answered ${answer.status}, no redirect.`);
  }
  return new URL(location, url);
}

/** What a day has brought: moves the time at the X stand-in ahead, and then asks. */
export async function analyseAfterADay(
  ports: Ports,
  client: QuikThreadClient,
  clock: StepClock,
): Promise<AnalyticsData> {
  clock.begin('analytics');
  const answer = await fetch(`http://${ports.host('x')}/_control/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advanceSeconds: ONE_DAY_SECONDS }),
  });
  if (!answer.ok) throw new DemoRefused(`The X stand-in’s time was not moved: ${answer.status}.`);
  return client.getAnalytics();
}
