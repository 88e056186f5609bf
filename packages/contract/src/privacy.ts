import { z } from 'zod';

/** What `deleteAccount` has to be told, word for word: nobody deletes an account by mistake. */
export const DELETION_PHRASE = 'delete my account';
/** How long ago a user may have signed in, at most, to delete their account. */
export const RECENT_SIGN_IN_SECONDS = 5 * 60;
/** How long an export is kept after its job has ended. */
export const EXPORT_KEPT_HOURS = 24;

/** A link to an export. It needs no credentials: whoever has it can read the archive until `expiresAt`. */
export const exportLinkSchema = z.object({
  url: z.url(),
  expiresAt: z.iso.datetime(),
});
export type ExportLink = z.infer<typeof exportLinkSchema>;
