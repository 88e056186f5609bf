import { build } from './platform/build.js';
import { runMain } from './platform/main.js';

/** `npm run build` */
runMain(async () => {
  await build();
  return 0;
});
