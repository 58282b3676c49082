import { defineConfig } from 'vitest/config';

/** One file at a time: each starts a hub, and some measure times and memory. */
export default defineConfig({
  test: {
    include: ['suites/**/*.test.ts'],
    globalSetup: ['harness/run.ts'],
    setupFiles: ['harness/leftovers.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    teardownTimeout: 30_000,
    slowTestThreshold: 5_000,
  },
});
