/** Put in by the bundler (scripts/platform/build.ts); sources that run by themselves have none. */
declare const QUIKTHREAD_VERSION: string | undefined;

/** The version in functions/package.json. */
export const version = typeof QUIKTHREAD_VERSION === 'string' ? QUIKTHREAD_VERSION : 'unbuilt';
