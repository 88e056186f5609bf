/** Where documents live, for both sides. Ids must already be valid document ids. */
export const paths = {
  user: (userId: string) => `users/${userId}`,
  uploads: 'uploads',
  upload: (uploadId: string) => `uploads/${uploadId}`,
  jobs: 'jobs',
  job: (jobId: string) => `jobs/${jobId}`,
  transcript: (jobId: string) => `jobs/${jobId}/artifacts/transcript`,
  posts: 'posts',
  post: (postId: string) => `posts/${postId}`,
  /** In Storage: the archive that an export job makes. */
  exportArchive: (userId: string, jobId: string) => `users/${userId}/exports/${jobId}.zip`,
  analyticsCache: (userId: string) => `analytics-cache/${userId}`,
} as const;
