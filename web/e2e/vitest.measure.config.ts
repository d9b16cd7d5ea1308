// What is measured on demand, and never decides whether a test run is green: `npm run lighthouse`, `npm run open-time`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['measure/*.measure.ts'],
    fileParallelism: false,
    testTimeout: 1_200_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
});
