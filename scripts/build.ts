import { build } from './platform/build.js';

/** `npm run build` */
await build();
