/** The demo ended early; the message is what the backend tells its users. */
export class DemoRefused extends Error {}
