import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { JobError } from '../platform/errors.js';
import { once } from '../platform/firebase.js';
import { startRelay } from './ffprobeRelay.js';
import { RemoteFile, readAll } from './ffprobeSource.js';
import type { ByteSource } from './ffprobeSource.js';
import { shortForms, startsFragmented } from './ffprobeTail.js';
import { notMedia, unreadable, unsupportedContainer } from './mediaVerdict.js';
import type { MediaInfo } from './types.js';

export interface ProbeOptions {
  /** How long all of it may take. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/** Most that is read of one recording; an hour's MP4 index is about 3 MB, cover art rarely above 10. */
const MAX_READ_BYTES = 48 * 1024 * 1024;
/** What ffprobe may print: the packet list of a recording's end is the longest. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/**
 * - Only the loopback relay can be read: no files, no other protocols.
 * - Only the demuxers of the accepted containers may open it: playlists (HLS, DASH, concat) are
 *   refused before they are parsed, so nothing in them is followed.
 * - Little is read: what is in the headers is enough.
 */
const LIMITS = [
  ...['-protocol_whitelist', 'http,tcp'],
  ...['-format_whitelist', 'mp3,mov,wav,matroska'],
  ...['-probesize', String(1024 * 1024)],
  ...['-analyzeduration', '2000000'],
  ...['-seekable', '1'],
];

const ENTRIES =
  'format=format_name,duration,start_time' +
  ':stream=codec_type,codec_name,sample_rate:stream_disposition=attached_pic';

const seconds = z.coerce.number().optional().catch(undefined);

const infoSchema = z.object({
  format: z.object({ format_name: z.string(), duration: seconds, start_time: seconds }).optional(),
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        sample_rate: z.coerce.number().optional(),
        disposition: z.object({ attached_pic: z.number() }).optional(),
      }),
    )
    .default([]),
});

const packetsSchema = z.object({
  packets: z.array(z.object({ pts_time: seconds, duration_time: seconds })).default([]),
});

/**
 * Finds out what a recording is, reading only its headers, by range requests to `url`.
 *
 * Where the header states no duration (what a browser records live), it is taken from the last
 * packet's timestamp, reading the recording's end only; see {@link shortForms}.
 *
 * @throws JobError `not_media`, `unsupported_container` or `media_unreadable` about the content,
 * with retry "never"; `media_missing` where the URL answers 404; `media_unreadable` or `timed_out`
 * with retry "later" where it could not be read this time. None holds the URL.
 */
export async function probe(url: string, options: ProbeOptions): Promise<MediaInfo> {
  const timeout = AbortSignal.timeout(options.timeoutSeconds * 1000);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    const file = await RemoteFile.open(url, { maxBytes: MAX_READ_BYTES, signal });
    return await inspect(file, signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!timeout.aborted) throw error;
    throw new JobError('timed_out', 'Reading the recording took too long.', 'later');
  }
}

async function inspect(file: RemoteFile, signal: AbortSignal): Promise<MediaInfo> {
  const source = await headerSource(file);
  const info = infoSchema.parse(await runOn(source, ['-show_entries', ENTRIES], signal));
  const audio = info.streams.find((s) => s.codec_type === 'audio');
  // Text can be taken for an MP3 without a single frame.
  if (!info.format || (audio && !audio.sample_rate)) throw contentError('not_media');
  const { duration, start_time: start = 0 } = source === file ? info.format : {};
  return {
    formats: info.format.format_name.split(','),
    audioCodec: audio?.codec_name ?? null,
    hasVideo: info.streams.some((s) => s.codec_type === 'video' && !s.disposition?.attached_pic),
    duration: duration ?? (audio ? await durationByPackets(file, start, signal) : null),
  };
}

/** ffprobe visits every fragment of an MP4 for its duration, so a long one is shown only in short. */
async function headerSource(file: RemoteFile): Promise<ByteSource> {
  if (!startsFragmented(await file.read(0))) return file;
  for await (const form of shortForms(file)) return form;
  return file;
}

/** Seconds from `start` to the end of the last audio packet, or null where none has a time. */
async function durationByPackets(
  file: RemoteFile,
  start: number,
  signal: AbortSignal,
): Promise<number | null> {
  const entries = ['-select_streams', 'a:0', '-show_entries', 'packet=pts_time,duration_time'];
  for await (const form of shortForms(file)) {
    const { packets } = packetsSchema.parse(await runOn(form, entries, signal));
    const ends = packets.map((p) => (p.pts_time ?? 0) + (p.duration_time ?? 0) - start);
    const end = ends.reduce((latest, next) => Math.max(latest, next), 0);
    if (end > 0) return end;
  }
  return null;
}

/** Runs ffprobe on the bytes and answers the JSON that it prints. */
async function runOn(
  source: ByteSource,
  show: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  const relay = await startRelay(source);
  const args = ['-v', 'error', ...LIMITS, '-print_format', 'json', ...show, relay.url];
  try {
    const { stdout } = await promisify(execFile)(await binary(), args, {
      signal,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      // Nothing of ours: no secrets, no proxy settings.
      env: {},
      cwd: '/',
    });
    const failure = relay.failure();
    if (failure) throw failure;
    return JSON.parse(stdout);
  } catch (error) {
    signal.throwIfAborted();
    throw relay.failure() ?? (await explain(error, source));
  } finally {
    relay.close();
  }
}

/** What a failed run says of the content; anything else that was thrown is passed on. */
async function explain(error: unknown, source: ByteSource): Promise<Error> {
  if (!(error instanceof Error)) return new Error(String(error));
  // A number is the exit code of a run; a name means that there was none.
  if (!('code' in error && 'stderr' in error) || typeof error.code !== 'number') return error;
  const said = String(error.stderr);
  const refusedFormat = /\[(\S+) @ \w+\] Format not on whitelist/.exec(said)?.[1];
  if (refusedFormat) {
    const head = await readAll(source, 0, Math.min(4096, source.size));
    // ffmpeg's demuxers of single images end in "_pipe".
    const noRecording = refusedFormat.endsWith('_pipe') || isText(head);
    return contentError(noRecording ? 'not_media' : 'unsupported_container', said);
  }
  const unfinished = said.includes('moov atom not found');
  return contentError(unfinished ? 'media_unreadable' : 'not_media', said);
}

const refusals = {
  not_media: notMedia,
  unsupported_container: unsupportedContainer,
  media_unreadable: unreadable,
};

function contentError(code: keyof typeof refusals, said = 'no audio frames'): JobError {
  const cause = new Error(`ffprobe: ${said.trim().slice(-300)}`);
  return new JobError(code, refusals[code]().message, 'never', { cause });
}

/** Whether bytes are plain text, as playlists and captions are. */
function isText(bytes: Buffer): boolean {
  return !/[^\t\n\r\f\x20-\x7e\x80-\xff]/.test(bytes.toString('latin1'));
}

/** The path of the binary for this machine; the package works it out when it is loaded. */
const binary = once(async () => (await import('@ffprobe-installer/ffprobe')).default.path);
