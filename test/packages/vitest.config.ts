import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/packages/*.packages.ts'],
    globalSetup: ['test/packages/support/packed.ts'],
    reporters: [['verbose', {}]],
    // Each file installs packages: one after the other, so that the seconds that are measured mean something.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
