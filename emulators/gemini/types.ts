/** A thread as the model answers it. */
export interface Thread {
  /** From 1. */
  threadNumber: number;
  hook: string;
  tweets: string[];
}

/** How many of something a schema allows. */
export interface Bounds {
  min: number;
  max: number;
}
