import { plans, tierSchema } from '@quikthread/contract';
import type { Tier, UploadRejection } from '@quikthread/contract';
import type { MediaInfo } from './types.js';

/** How large a recording's file may be, in bytes, both ends included. */
export interface SizeLimits {
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** Why a recording is refused for what it is. */
export type MediaRejection = Exclude<UploadRejection, 'too_many'>;

/** Why a recording is refused; `message` is for the user and says what would be accepted. */
export interface Refusal {
  readonly reason: MediaRejection;
  readonly message: string;
}

/** What a recording is: container and codec as ffprobe names them, seconds. */
export interface Accepted {
  readonly container: string;
  readonly codec: string;
  readonly duration: number;
}

export type Verdict =
  | ({ readonly accepted: true } & Accepted)
  | ({ readonly accepted: false } & Refusal &
      Readonly<Record<'container' | 'codec', string | null>> & {
        readonly duration: number | null;
      });

/** For messages. */
export const ACCEPTED_MEDIA = 'MP3, MP4, M4A, WAV or WebM';

/**
 * The containers that are accepted, by ffprobe's demuxer, each with the audio codecs that belong in it.
 * QuickTime and MP4 are one demuxer, as are Matroska and WebM: the codecs tell WebM from the rest.
 */
const containers: Readonly<Record<string, { readonly name: string; readonly codecs: RegExp }>> = {
  mp3: { name: 'mp3', codecs: /^mp3$/ },
  mp4: { name: 'mp4', codecs: /^(aac|mp3|alac|opus|flac|ac3|eac3)$/ },
  wav: { name: 'wav', codecs: /^(pcm_|adpcm_)/ },
  webm: { name: 'webm', codecs: /^(opus|vorbis)$/ },
};

/** Refuses a file by its size alone, or answers null. */
export function judgeSize(bytes: number, limits: SizeLimits): Refusal | null {
  const range = `Files from ${inMegabytes(limits.minBytes)} to ${inMegabytes(limits.maxBytes)} are accepted.`;
  if (bytes < limits.minBytes) {
    return {
      reason: 'too_small',
      message: `This file has ${inMegabytes(bytes)}, which is too small. ${range}`,
    };
  }
  if (bytes > limits.maxBytes) {
    return {
      reason: 'too_large',
      message: `This file is larger than ${inMegabytes(limits.maxBytes)}. ${range}`,
    };
  }
  return null;
}

/**
 * Decides on a recording by its content; names and declared types play no part.
 * @param maxDuration the longest recording allowed, in seconds.
 */
export function judgeMedia(info: MediaInfo, maxDuration: number): Verdict {
  const container = info.formats.map((format) => containers[format]).find(Boolean);
  const codec = info.audioCodec;
  const found = {
    container: container?.name ?? info.formats[0] ?? null,
    codec,
    duration: info.duration,
  };
  const refuse = (refusal: Refusal): Verdict => ({ accepted: false, ...refusal, ...found });

  if (!container) return refuse(unsupportedContainer());
  if (codec === null) {
    const seen = info.hasVideo ? 'a video without sound' : 'a file without sound';
    return refuse({
      reason: 'no_audio',
      message: `This is ${seen}. A recording needs at least one audio track.`,
    });
  }
  if (!container.codecs.test(codec)) {
    return refuse({
      reason: 'unsupported_container',
      message: `Audio of the kind "${codec}" is not accepted in this type of file. ${acceptedFiles()}`,
    });
  }
  if (info.duration === null || info.duration <= 0) return refuse(unreadable());
  if (info.duration > maxDuration) return refuse(tooLong(info.duration, maxDuration));
  return { accepted: true, container: container.name, codec, duration: info.duration };
}

export function notMedia(): Refusal {
  return {
    reason: 'not_media',
    message: `This file is not an audio or video recording. ${acceptedFiles()}`,
  };
}

export function unsupportedContainer(): Refusal {
  return {
    reason: 'unsupported_container',
    message: `This type of file is not accepted. ${acceptedFiles()}`,
  };
}

export function unreadable(): Refusal {
  return {
    reason: 'unreadable',
    message: `This recording cannot be read: it may be damaged or incomplete. Please export it again as ${ACCEPTED_MEDIA}.`,
  };
}

function acceptedFiles(): string {
  return `${ACCEPTED_MEDIA} files are accepted, whatever their name says.`;
}

function tooLong(duration: number, maxDuration: number): Refusal {
  const allowing = planAllowing(duration);
  const advice = allowing
    ? `The ${nameOf(allowing)} plan allows up to ${inMinutes(plans[allowing].maxDuration)}.`
    : `No plan allows more than ${inMinutes(longestOfAllPlans())}.`;
  return {
    reason: 'too_long',
    message: `This recording lasts ${inMinutes(duration)}; your plan allows up to ${inMinutes(maxDuration)}. ${advice}`,
  };
}

/** The cheapest plan whose recordings may be this long (seconds), or null where none is. */
function planAllowing(duration: number): Tier | null {
  return tierSchema.options.find((tier) => plans[tier].maxDuration >= duration) ?? null;
}

function longestOfAllPlans(): number {
  return Math.max(...tierSchema.options.map((tier) => plans[tier].maxDuration));
}

function nameOf(tier: Tier): string {
  return tier.charAt(0).toUpperCase() + tier.slice(1);
}

/** "31 min" or "30 min 20 s"; rounded up, so that what is over a limit never reads as equal to it. */
function inMinutes(seconds: number): string {
  const whole = Math.ceil(seconds);
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

function inMegabytes(bytes: number): string {
  const megabytes = bytes / (1024 * 1024);
  if (megabytes >= 10) return `${Math.round(megabytes)} MB`;
  return bytes < 1024 * 100 ? `${bytes} bytes` : `${Number(megabytes.toFixed(1))} MB`;
}
