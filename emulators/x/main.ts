import { runStandIn } from '../http/command.js';
import { startX } from './server.js';

await runStandIn('X', startX);
