import { closeGrants, openHere } from './xGrants.js';

/*
 * A process of its own that opens a user's connection when its parent says so, and uses it.
 * Messages: `ready` to the parent, the user's id from it, then the X username or the failure.
 */
process.once('message', (userId: string) => {
  void open(userId).then(async (outcome) => {
    process.send?.(outcome);
    await closeGrants();
    process.disconnect();
  });
});
process.send?.('ready');

async function open(userId: string): Promise<string> {
  try {
    const signal = AbortSignal.timeout(60_000);
    const { client } = await openHere()(userId, signal);
    return (await client.me(signal)).username;
  } catch (error) {
    return String(error);
  }
}
