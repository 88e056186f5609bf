import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { holdCommit, killFunction, untilEventsAccepted } from '../support/crash.js';
import type { CommitPoint } from '../support/crash.js';
import { assertCompletedOnce, scriptedSpeech } from '../support/jobs.js';
import { makeTone } from '../support/media.js';
import { inTurn, media, stalling, startMediaHost } from '../support/mediaHost.js';
import { closeAll, eventually, signUpOn } from '../support/platform.js';
import { deepgram, gemini } from '../support/standIns.js';
import type { StandInControl } from '../support/standIns.js';

/** A commit of a run, told by what it writes. */
function commit(contains: string, when: CommitPoint['when']): CommitPoint {
  return { path: '^jobs/[^/]+/private/run$', contains, when };
}

const moments: Readonly<Record<string, CommitPoint>> = {
  'just before the claim': commit('"lease":{', 'before'),
  'just after the claim': commit('"lease":{', 'after'),
  'just before the checkpoint of resolve': commit('"resolve"', 'before'),
  'just after the checkpoint of resolve': commit('"resolve"', 'after'),
  'just before the checkpoint of transcribe': commit('"transcribe"', 'before'),
  'just after the checkpoint of transcribe': commit('"transcribe"', 'after'),
  'just before the end': commit('"end":"completed"', 'before'),
  'just after the end': commit('"end":"completed"', 'after'),
};

describe('a run whose process is killed', function () {
  this.timeout(120_000);
  const upload = async () => {
    const user = await signUpOn('free');
    const file = await openAsBlob(await makeTone(15, 'wav'));
    const { storagePath } = await user.client.uploadMedia(file, { name: 'talk.wav' });
    return { user, storagePath };
  };

  beforeEach(async () => {
    await deepgram.reset();
    await gemini.reset();
  });

  // The next test kills whatever runs the function: nothing of this one may be left to run.
  afterEach(untilEventsAccepted);
  afterEach(closeAll);

  for (const [name, point] of Object.entries(moments)) {
    it(`${name} completes once, for one credit and one transcription`, async () => {
      await deepgram.fault(scriptedSpeech);
      const { user, storagePath } = await upload();
      const held = await holdCommit(point);
      const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
      await held.untilHit();
      await kill();
      await held.untilCallerGone();
      await held.release();
      await assertCompletedOnce(user, jobId);
      assert.equal(await delivered(deepgram), 1);
    });
  }

  it('while Deepgram works completes once; one transcription counts', async () => {
    await deepgram.fault({ hang: 'all' }, scriptedSpeech);
    const { user, storagePath } = await upload();
    const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
    await asked(deepgram);
    await kill();
    await assertCompletedOnce(user, jobId);
    assert.equal(await delivered(deepgram), 1);
  });

  it('while Gemini works completes once, and does not transcribe again', async () => {
    await deepgram.fault(scriptedSpeech);
    await gemini.fault({ hang: 'all' });
    const { user, storagePath } = await upload();
    const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
    await asked(gemini);
    await kill();
    await assertCompletedOnce(user, jobId);
    assert.equal((await deepgram.journal()).length, 1);
  });

  it('while it fetches a link completes once', async () => {
    await deepgram.fault(scriptedSpeech);
    const user = await signUpOn('free');
    const host = await hostThatHangsFirst(await makeTone(15, 'wav'));
    try {
      const { jobId } = await user.client.createJob({ type: 'url', contentUrl: host.url });
      await host.asked;
      await kill();
      await assertCompletedOnce(user, jobId);
      assert.equal(await delivered(deepgram), 1);
    } finally {
      await host.close();
    }
  });
});

async function kill(): Promise<void> {
  assert.ok((await killFunction('onJobCreated')) > 0, 'there was no process to kill');
}

function asked(standIn: StandInControl): Promise<void> {
  return eventually(async () => {
    assert.ok((await standIn.journal()).length > 0, 'nothing was asked yet');
  });
}

/** How many answers of success were handed over whole: what a provider takes money for. */
async function delivered(standIn: StandInControl): Promise<number> {
  const entries = await standIn.journal();
  return entries.filter(({ status, completed }) => status === 200 && completed).length;
}

/** A host whose first answer never ends, and whose later ones are whole. */
async function hostThatHangsFirst(file: string) {
  const content = await readFile(file);
  let tell: () => void;
  const asked = new Promise<void>((resolve) => (tell = resolve));
  const hanging = stalling(content.subarray(0, 1000), 'audio/wav', content.length, () => {
    tell();
  });
  const host = await startMediaHost({ '/talk.wav': inTurn(hanging, media(content, 'audio/wav')) });
  return { url: `${host.origin}/talk.wav`, asked, close: () => host.close() };
}
