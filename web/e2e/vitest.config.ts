// Needs a binary: scripts/test-widget.sh. Two browsers at once would only take each other's time.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // A browser on a busy machine now and then takes longer than anybody waits; what fails twice is broken. Both are printed.
  test: { retry: 1, include: ['**/*.e2e.ts'], fileParallelism: false, testTimeout: 90_000, hookTimeout: 60_000 },
});
