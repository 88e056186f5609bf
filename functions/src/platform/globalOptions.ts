import { setGlobalOptions } from 'firebase-functions/options';
import { REGION } from './config.js';

/** Instances of one function at most: bounds what an attack or a loop can cost. */
const MAX_INSTANCES = 50;

/** What every function starts from. Call it before any function is made: they copy it then. */
export function applyGlobalOptions(): void {
  setGlobalOptions({ region: REGION, memory: '256MiB', maxInstances: MAX_INSTANCES });
}
