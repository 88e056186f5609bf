import { portsInUse } from './ports.js';
import type { Ports } from './ports.js';

/** Where everything listens that does, as lines for people. */
export async function listening(ports: Ports): Promise<string> {
  const rows = (await portsInUse(ports)).map((use) => [use.what, ports.host(use.name)] as const);
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, where]) => `  ${what.padEnd(width)}  ${where}`).join('\n');
}
