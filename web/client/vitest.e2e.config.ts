import { defineConfig } from 'vitest/config';

// Needs a binary: scripts/test-web-e2e.sh.
export default defineConfig({ test: { include: ['test/*.e2e.ts'], testTimeout: 120_000, hookTimeout: 60_000 } });
