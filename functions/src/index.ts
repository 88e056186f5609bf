import { jobs, threads, uploads, users } from './app/functions.js';

export const { initUser, getProfile, updateSettings, getQuota } = users;
export const { onUploadFinalized } = uploads;
export const { createJob } = threads;
export const { onJobCreated, runJob, getJob, listJobs, cancelJob, retryJob } = jobs;
