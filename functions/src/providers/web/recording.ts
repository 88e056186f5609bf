import { once } from 'node:events';
import { Transform, pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { JobError } from '../../platform/errors.js';
import { ACCEPTED_MEDIA, judgeSize } from '../mediaVerdict.js';
import type { SizeLimits } from '../mediaVerdict.js';
import { looksLikeXml, newestEnclosure } from './feed.js';
import { absolute, asJobError, getUrl } from './request.js';
import type { RequestOptions, WebResponse } from './request.js';

export interface RecordingOptions extends RequestOptions {
  readonly limits: SizeLimits;
}

/** A recording on the web, about to be read. */
export interface WebRecording {
  /** As the server states it, for storing only; empty where it states none. */
  readonly contentType: string;
  /**
   * The recording's bytes; fails with a JobError where they are too many, too few, or stop coming.
   * Whoever takes it must read it to its end or destroy it.
   */
  readonly body: Readable;
}

/** Far above the largest known podcast feeds. */
const MAX_FEED_BYTES = 20 * 1024 * 1024;

/** Types that recordings are served with; the rest of the decision is ffprobe's. */
const MEDIA_TYPES =
  /^(audio\/.+|video\/.+|application\/(octet-stream|mp4|ogg|x-download|force-download)|binary\/octet-stream|)$/;
/** Playlists call themselves audio; what they list would be read from elsewhere. */
const PLAYLIST_TYPES = /mpegurl|dash\+xml|scpls|xspf/;

/**
 * Opens a creator's link to a recording, or to a podcast feed, whose newest recording it then opens.
 * What is XML by its first bytes is a feed, whatever type it is served with.
 *
 * @throws JobError as {@link getUrl}, and `url_wrong_type`, `feed_empty`, `too_large`, `too_small`.
 */
export async function openRecording(
  link: string,
  options: RecordingOptions,
): Promise<WebRecording> {
  const response = await getUrl(link, options);
  if (!(await startsAsXml(response, options))) return recordingOf(response, options);
  const enclosure = await readFeed(response, options);
  const recording = await getUrl(absolute(enclosure, response.url), options);
  if (await startsAsXml(recording, options)) throw discard(recording, wrongType(recording));
  return recordingOf(recording, options);
}

/** Looks at the first bytes without taking them. */
async function startsAsXml(response: WebResponse, options: RecordingOptions): Promise<boolean> {
  const { body, contentType, contentEncoding } = response;
  if (/^(audio|video)\//.test(contentType)) return false;
  if (contentEncoding === 'gzip') return /xml/.test(contentType);
  try {
    await Promise.race([once(body, 'readable'), once(body, 'end')]);
  } catch (error) {
    throw asJobError(error, response.url, options.signal);
  }
  const start = body.read() as Buffer | null;
  if (start === null) return false;
  body.unshift(start);
  return looksLikeXml(start);
}

async function readFeed(response: WebResponse, options: RecordingOptions): Promise<string> {
  const tooLarge = new JobError(
    'too_large',
    `The podcast feed is larger than ${MAX_FEED_BYTES / 1024 / 1024} MB. Please use the link of the recording itself.`,
    'never',
  );
  const plain =
    response.contentEncoding === 'gzip'
      ? pipeline(response.body, createGunzip(), () => undefined)
      : response.body;
  const bounded = pipeline(plain, counting(MAX_FEED_BYTES, tooLarge), () => undefined);
  let enclosure: string | null;
  try {
    enclosure = await newestEnclosure(bounded);
  } catch (error) {
    throw asJobError(error, response.url, options.signal);
  }
  if (enclosure !== null) return enclosure;
  throw new JobError(
    'feed_empty',
    'The link leads to a feed without recordings. Please use the link of a podcast feed or of a recording.',
    'never',
  );
}

function recordingOf(response: WebResponse, options: RecordingOptions): WebRecording {
  const { contentType, contentEncoding, contentLength } = response;
  const isMedia = MEDIA_TYPES.test(contentType) && !PLAYLIST_TYPES.test(contentType);
  if (!isMedia || !['', 'identity'].includes(contentEncoding)) {
    throw discard(response, wrongType(response));
  }
  const stated = contentLength === null ? null : sizeError(contentLength, options.limits);
  if (stated) throw discard(response, stated);
  const checked = bounded(response, options);
  return { contentType, body: checked };
}

/** The body, failing with a JobError whatever goes wrong with it. */
function bounded(response: WebResponse, { limits, signal }: RecordingOptions): Readable {
  const over = sizeError(limits.maxBytes + 1, limits);
  const body = counting(limits.maxBytes, over, (bytes) => sizeError(bytes, limits));
  response.body.on('error', (error) => {
    body.destroy(asJobError(error, response.url, signal) as Error);
  });
  body.on('close', () => response.body.destroy());
  return response.body.pipe(body);
}

/** Passes bytes on and counts them; fails with `over` past `maxBytes`, at the end with what `judge` says. */
function counting(
  maxBytes: number,
  over: Error | null,
  judge: (bytes: number) => Error | null = () => null,
): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(over);
      else done(null, chunk);
    },
    flush(done) {
      done(judge(bytes));
    },
  });
}

function sizeError(bytes: number, limits: SizeLimits): JobError | null {
  const refusal = judgeSize(bytes, limits);
  if (refusal?.reason !== 'too_large' && refusal?.reason !== 'too_small') return null;
  return new JobError(refusal.reason, refusal.message, 'never');
}

function wrongType(response: WebResponse): JobError {
  const type = response.contentType || 'data of an unknown kind';
  return new JobError(
    'url_wrong_type',
    `"${response.url.host}" answers with ${type}, not with a recording. Links to ${ACCEPTED_MEDIA} files and to podcast feeds are accepted.`,
    'never',
  );
}

function discard(response: WebResponse, error: JobError): JobError {
  response.body.on('error', () => undefined).destroy();
  return error;
}
