// Uses the page in a real Chromium, or says why not.
import { startVitest } from 'vitest/node';
import { chromiumPath } from './chromium.ts';

if (chromiumPath() === undefined) {
  console.log('SKIPPED: the page in a browser: no chromium on the PATH, and CHROMIUM is not set');
} else {
  const vitest = await startVitest('test', process.argv.slice(2), {
    config: 'test/browser/vitest.config.ts',
    watch: false,
  });
  await vitest.close();
}
