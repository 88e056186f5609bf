import {
  analytics,
  billing,
  jobs,
  maintenance,
  monitoring,
  posting,
  privacy,
  threads,
  uploads,
  users,
  xAccount,
} from './app/functions.js';

export const { initUser, getProfile, updateSettings, getQuota } = users;
export const { onUploadFinalized } = uploads;
export const { createJob } = threads;
export const { onJobCreated, runJob, getJob, listJobs, cancelJob, retryJob } = jobs;
export const { connectX, confirmX, disconnectX, xOAuthCallback } = xAccount;
export const {
  updateThread,
  previewPost,
  postThread,
  schedulePost,
  cancelScheduledPost,
  resumePost,
  deletePost,
} = posting;
export const { getAnalytics, snapshotPosts } = analytics;
export const { exportMyData, getExport, deleteAccount, runDeletion } = privacy;
export const { health } = monitoring;
export const { resetMonthlyQuotas, cleanupMedia, cleanupCaches, sweepStalledJobs } = maintenance;
export const {
  createCheckout,
  customerPortal,
  polarWebhook,
  applyBillingEvent,
  checkSubscriptions,
} = billing;
