/** Something that the person at the keyboard can mend; its message is for them and complete. */
export class PlatformError extends Error {}
