import type { Ports } from './ports.js';

/** Where everything listens, as lines for people. */
export function listening(ports: Ports): string {
  const rows = ports.list.map((use) => [use.what, ports.host(use.name)] as const);
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, where]) => `  ${what.padEnd(width)}  ${where}`).join('\n');
}
