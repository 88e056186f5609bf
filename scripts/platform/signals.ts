/** The ways in which a terminal, a supervisor or a lost session asks a program to end. */
const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Takes over those signals for as long as the process lives, so that it ends in order.
 * The returned signal aborts on the first of them; later ones change nothing.
 */
export function endSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of endSignals) {
    process.on(signal, () => {
      controller.abort(new Error(`ended by ${signal}`));
    });
  }
  return controller.signal;
}
