import assert from 'node:assert/strict';
import { QuikThreadError } from './errors.js';
import { untilSettled } from './untilSettled.js';

describe('untilSettled', () => {
  it('resolves and unsubscribes once', async () => {
    let unsubscribed = 0;
    const value = await untilSettled<string>(undefined, (resolve) => {
      setImmediate(() => {
        resolve('first');
        resolve('second');
      });
      return () => (unsubscribed += 1);
    });
    assert.equal(value, 'first');
    assert.equal(unsubscribed, 1);
  });

  it('unsubscribes also where the subscription settles it at once', async () => {
    let unsubscribed = 0;
    await untilSettled<number>(undefined, (resolve) => {
      resolve(1);
      return () => (unsubscribed += 1);
    });
    assert.equal(unsubscribed, 1);
  });

  it('rejects and unsubscribes when the signal is given', async () => {
    const controller = new AbortController();
    let unsubscribed = 0;
    const waiting = untilSettled<never>(controller.signal, () => () => (unsubscribed += 1));
    controller.abort();
    await assert.rejects(waiting, { name: 'QuikThreadError', status: 'cancelled' });
    assert.equal(unsubscribed, 1);
  });

  it('never subscribes under a signal that was given before', async () => {
    let subscribed = false;
    const waiting = untilSettled<never>(AbortSignal.abort(), () => {
      subscribed = true;
      return () => undefined;
    });
    await assert.rejects(waiting, QuikThreadError);
    assert.equal(subscribed, false);
  });

  it('passes on an error of the subscription', async () => {
    const error = new QuikThreadError('permission-denied', 'm');
    const waiting = untilSettled<never>(undefined, (_, reject) => {
      reject(error);
      return () => undefined;
    });
    await assert.rejects(waiting, error);
  });
});
