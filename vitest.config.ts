import { defineConfig } from 'vitest/config';
import { documents } from './scripts/documents.ts';
import { skippedReporter } from './test/support/skipped-reporter.ts';

export default defineConfig({
  plugins: [documents()],
  test: {
    include: ['test/**/*.test.ts'],
    // Most of the time tests wait: for a schedule, a disk, a scrape.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', skippedReporter],
    setupFiles: ['test/support/same-seed.ts'],
  },
});
