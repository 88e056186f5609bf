import { z } from 'zod';
import type { XTweet } from './types.js';

const linksSchema = z.object({
  urls: z.array(z.object({ url: z.string(), expanded_url: z.string().optional() })).optional(),
});

/** An id of X's: digits, more than a number holds. */
export const idSchema = z.string().regex(/^\d{1,20}$/);

/** The part that we read of a tweet in a timeline (docs.x.com/x-api/fundamentals/data-dictionary). */
export const tweetSchema = z.object({
  id: idSchema,
  text: z.string(),
  created_at: z.iso.datetime(),
  entities: linksSchema.optional(),
  /** The whole of a text longer than 280, of which `text` is the beginning. */
  note_tweet: z.object({ text: z.string(), entities: linksSchema.optional() }).optional(),
  referenced_tweets: z.array(z.object({ type: z.string(), id: idSchema })).optional(),
});

/** What to ask of X for `tweetSchema`. */
export const TWEET_FIELDS = 'created_at,entities,note_tweet,referenced_tweets';

/** A tweet as it was sent, from one as X shows it. */
export function toTweet(tweet: z.infer<typeof tweetSchema>): XTweet {
  const { text, entities } = tweet.note_tweet ?? tweet;
  const parent = tweet.referenced_tweets?.find(({ type }) => type === 'replied_to');
  return {
    tweetId: tweet.id,
    text: withLinks(decoded(text), entities?.urls ?? []),
    inReplyTo: parent?.id ?? null,
    createdAt: new Date(tweet.created_at),
  };
}

const characters: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** X escapes these three only. All at once, so that what was sent as "&lt;" comes back as that. */
function decoded(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => characters[entity] ?? entity);
}

function withLinks(
  text: string,
  links: readonly { url: string; expanded_url?: string | undefined }[],
) {
  const expanded = new Map(links.map(({ url, expanded_url }) => [url, expanded_url]));
  return text.replace(/https?:\/\/t\.co\/\w+/g, (link) => expanded.get(link) ?? link);
}
