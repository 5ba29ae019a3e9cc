import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/browser/*.browser.ts'],
    reporters: [['verbose', {}]],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // One browser, one page: the tests follow one another.
    fileParallelism: false,
  },
});
