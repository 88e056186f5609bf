import { paths } from '@quikthread/contract';
import { z } from 'zod';
import type { JobKind, Step } from '../../engine/types.js';
import { archiveOf } from './archive.js';
import type { ArchiveDependencies } from './dependencies.js';
import { writeZip } from './zip.js';

/** Enough for gigabytes within Google's network, and within what a task may take. */
const TIMEOUT_SECONDS = 1500;

const inputSchema = z.object({});
const resultSchema = z.object({ bytes: z.int().nonnegative() });

/** The kind of job that packs everything of a user into one archive in Storage; it costs no credit. */
export function exportKind(
  dependencies: ArchiveDependencies,
): JobKind<z.infer<typeof inputSchema>> {
  return { kind: 'export', input: inputSchema, steps: () => [archiveStep(dependencies)] };
}

/** Streams the archive to its place, where it appears when it is whole; another attempt writes it anew. */
function archiveStep(
  dependencies: ArchiveDependencies,
): Step<unknown, unknown, z.infer<typeof resultSchema>> {
  return {
    name: 'archive',
    status: 'processing',
    progress: 0,
    timeoutSeconds: TIMEOUT_SECONDS,
    maxAttempts: 3,
    keep: 'document',
    result: resultSchema,
    async run({ jobId, userId, signal }) {
      const file = (await dependencies.bucket()).file(paths.exportArchive(userId, jobId));
      const metadata = {
        contentType: 'application/zip',
        contentDisposition: 'attachment; filename="quikthread-export.zip"',
      };
      // One request: what fails half-way is packed again from its beginning in any case.
      const target = file.createWriteStream({ resumable: false, metadata });
      await writeZip(archiveOf(dependencies, userId), target, signal);
      return { bytes: Number(file.metadata.size) };
    },
  };
}
