import type { AddressInfo } from 'node:net';
import express from 'express';
import { users } from '../../functions/src/app/functions.js';

/*
 * Serves `getQuota` as Cloud Run does, for `idTokens.spec.ts`, which starts this in a process of its own: the
 * functions emulator has tokens decoded and not verified. Tells its parent the port.
 */
const app = express();
app.use(express.json());
app.use((request, response) => void users.getQuota(request as never, response as never));
const server = app.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
