// Needs a binary: scripts/test-widget.sh. Two browsers at once would only take each other's time.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['**/*.e2e.ts'], fileParallelism: false, testTimeout: 90_000, hookTimeout: 60_000 },
});
