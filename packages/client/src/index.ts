/** QuikThread's client for front ends: typed calls, uploads, and jobs as they go. */
export { createQuikThreadClient } from './client.js';
export type { QuikThreadClient, QuikThreadOptions } from './client.js';
export type { QuikThreadCalls } from './calls.js';
export { QuikThreadError } from './errors.js';
export type { QuikThreadStatus } from './errors.js';
export type { QuikThreadJobs, WaitOptions } from './jobs.js';
export type { QuikThreadUploads, UploadOptions, UploadProgress, ValidUpload } from './uploads.js';
