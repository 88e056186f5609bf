import { runStandIn } from '../http/command.js';
import { startPolar } from './server.js';

/** Where webhooks go and what signs them, from the environment. */
const url = process.env['POLAR_WEBHOOK_URL'];
const secret = process.env['POLAR_WEBHOOK_SECRET'] ?? 'local-polar-webhook-secret';

await runStandIn('Polar', (options) =>
  startPolar({ ...options, ...(url !== undefined && { webhook: { url, secret } }) }),
);
