/**
 * Asks a provider's server for its root, without a key. Any answer below 500 will do: that it is there is
 * all that this asks, and a 401 or a 404 says so too.
 * @throws Error where it is not reached before `signal` aborts, or answers 500 and above
 */
export async function assertReachable(baseUrl: string, signal: AbortSignal): Promise<void> {
  const { status, body } = await fetch(baseUrl, { redirect: 'manual', signal });
  await body?.cancel();
  if (status >= 500) throw new Error(`${new URL(baseUrl).host} answered ${status}`);
}
