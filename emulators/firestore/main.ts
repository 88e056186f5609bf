import { readFileSync } from 'node:fs';
import { readArguments } from './arguments.js';
import { startEmulator } from './server.js';

/**
 * The program in the place of the official emulator's, with its arguments. Those that mean nothing
 * here (`--websocket_port`, `--database-edition`, `--project_id`…) are accepted and ignored.
 */
async function main(): Promise<void> {
  const values = readArguments(process.argv.slice(2));
  const rulesFile = values.get('rules');
  const functionsEmulator = values.get('functions_emulator');
  const seedFromExport = values.get('seed_from_export');
  const emulator = await startEmulator({
    host: values.get('host') ?? '127.0.0.1',
    port: Number(values.get('port') ?? 8080),
    ...(functionsEmulator !== undefined && { functionsEmulator }),
    ...(seedFromExport !== undefined && { seedFromExport }),
    ...(rulesFile !== undefined && {
      rules: { source: readFileSync(rulesFile, 'utf8'), fileName: rulesFile },
    }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      void emulator.close().then(() => process.exit(0));
    });
  }
  console.log(`Firestore emulator listening on ${emulator.host}:${emulator.port}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
