/** The contract between QuikThread's backend and its clients: shapes, limits and error codes. */
export * from './analytics.js';
export * from './billing.js';
export * from './callables.js';
export * from './errors.js';
export * from './jobs.js';
export * from './limits.js';
export * from './paths.js';
export * from './plans.js';
export * from './posts.js';
export * from './privacy.js';
export * from './threads.js';
export * from './uploads.js';
export * from './users.js';
export * from './x.js';
