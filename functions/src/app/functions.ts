import { setGlobalOptions } from 'firebase-functions/options';
import { jobTriggers } from '../features/jobs/triggers.js';
import { threadTriggers } from '../features/threads/triggers.js';
import { uploadTriggers } from '../features/uploads/triggers.js';
import { userTriggers } from '../features/users/triggers.js';
import { REGION } from '../platform/config.js';
import { createJobDependencies, uploadDependencies, userDependencies } from './dependencies.js';
import { engine } from './engine.js';

// Functions take these options when they are made, so this comes first.
setGlobalOptions({ region: REGION, memory: '256MiB', maxInstances: 50 });

export const users = userTriggers(userDependencies);
export const uploads = uploadTriggers(uploadDependencies);
export const threads = threadTriggers(createJobDependencies);
export const jobs = jobTriggers(engine);
