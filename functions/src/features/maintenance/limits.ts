/**
 * How much one run does at most, with room in its time: a reset is a share of a batch, at 500 a second to begin
 * with; a recording takes some five calls; a job is a task to enqueue or a transaction.
 */
export const limits = {
  resetMonthlyQuotas: 200_000,
  cleanupMedia: 20_000,
  cleanupCaches: 20_000,
  sweepStalledJobs: 2_000,
} as const;
