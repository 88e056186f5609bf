import { runStandIn } from '../http/command.js';
import { startGemini } from './server.js';

await runStandIn('Gemini', startGemini);
