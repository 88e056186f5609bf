/** A word as it was heard; times in seconds from the start of its chunk. */
export interface RecognisedWord {
  word: string;
  start: number;
  end: number;
  /** 0 to 1. */
  confidence: number;
  /** With case and punctuation, where the recogniser knows them. */
  punctuated?: string | undefined;
}

/** What was heard in one chunk; no words where it is not speech. */
export interface Recognition {
  words: RecognisedWord[];
  /** ISO 639-1. */
  language: string;
}

/** A speech recogniser on this machine. */
export interface Recogniser {
  /** Names the recogniser, its model and its settings: recognitions are cached under it. */
  id: string;
  /** Chunks are joined up to this length, in seconds; 0 keeps every stretch between pauses alone. */
  joinSeconds: number;
  /** Recognises 16 kHz mono WAV files, in one process; the answer has one entry a file. */
  recognise: (files: readonly string[], options: RecogniseOptions) => Promise<Recognition[]>;
}

export interface RecogniseOptions {
  /** ISO 639-1 with an optional region, or `auto`. */
  language: string;
  signal: AbortSignal;
}
