import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/trino/*.trino.ts'],
    globalSetup: ['test/trino/global-setup.ts'],
    reporters: [['verbose', {}]],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // One server answers all of them.
    maxWorkers: 2,
  },
});
