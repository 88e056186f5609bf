/** How long one run may take as a task: the limit of task queue functions (Cloud Functions quotas). */
export const TASK_TIMEOUT_SECONDS = 1800;
