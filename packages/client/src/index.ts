/** QuikThread's client for front ends: typed calls, uploads, and jobs and posts as they go. */
export { createQuikThreadClient } from './client.js';
export type { QuikThreadClient, QuikThreadOptions } from './client.js';
export type { QuikThreadCalls } from './calls.js';
export { QuikThreadError } from './errors.js';
export type { QuikThreadStatus } from './errors.js';
export type { QuikThreadJobs } from './jobs.js';
export type { ListPostsOptions, QuikThreadPosts } from './posts.js';
export type { QuikThreadUploads, UploadOptions, UploadProgress, ValidUpload } from './uploads.js';
export type { WaitOptions } from './watch.js';
export { withoutXConnection } from './xConnection.js';
export type { QuikThreadXConnection, XConnectionOutcome } from './xConnection.js';
