/** What the providers promise to the features, in our terms. Every method rejects with a JobError. */

/** One spoken word. Times in seconds from the recording's start. */
export interface Word {
  /** As written in the transcript, with punctuation and capitals. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  readonly speaker: number | null;
}

export interface Paragraph {
  readonly speaker: number | null;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Transcription {
  /** Empty where nothing was said. */
  readonly text: string;
  readonly language: string | null;
  /** Seconds. */
  readonly duration: number;
  readonly confidence: number | null;
  readonly words: readonly Word[];
  readonly paragraphs: readonly Paragraph[];
}

export interface Transcriber {
  /** `url` must be readable by the provider; `language` is a BCP 47 tag, or null to detect it. */
  transcribe(
    request: { readonly url: string; readonly language: string | null },
    signal: AbortSignal,
  ): Promise<Transcription>;
}

export interface TextModelRequest {
  readonly system: string;
  /** The turns so far, ending with the user's. */
  readonly turns: readonly { readonly role: 'user' | 'model'; readonly text: string }[];
  /** The answer's shape, as a JSON Schema of the subset that the provider takes. */
  readonly responseSchema: Readonly<Record<string, unknown>>;
  readonly maxOutputTokens: number;
}

export interface TextModel {
  /** The answer's text, whole: a blocked or cut one is an error of its own code. */
  generate(request: TextModelRequest, signal: AbortSignal): Promise<string>;
}

/** What ffprobe found of a recording. */
export interface MediaInfo {
  /** ffprobe's format names, e.g. `["mov","mp4","m4a"]`. */
  readonly formats: readonly string[];
  /** Codec of the first audio stream, null where there is none. */
  readonly audioCodec: string | null;
  readonly hasVideo: boolean;
  /** Seconds. */
  readonly duration: number | null;
}
