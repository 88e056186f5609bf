import { runStandIn } from '../http/command.js';
import { startDeepgram } from './server.js';

await runStandIn('Deepgram', startDeepgram);
