import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/perses/*.perses.ts'],
    reporters: [['verbose', {}]],
    testTimeout: 30_000,
    hookTimeout: 300_000,
  },
});
