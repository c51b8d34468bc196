import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Which tests run: scripts/test.mjs sets it; `npx vitest` alone runs the fast ones. */
const part = process.env.SCOREBOOK_TESTS ?? 'fast';
const slow = 'test/**/*.slow.test.ts';

export default defineConfig({
  resolve: { alias: { scorebook: fileURLToPath(new URL('./lib/index.ts', import.meta.url)) } },
  test: {
    include: [part === 'slow' ? slow : 'test/**/*.test.ts'],
    exclude: part === 'fast' ? [slow, 'node_modules/**'] : ['node_modules/**'],
    // A process for each file: tfjs-node cannot be loaded twice into one.
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2, minForks: 1 } },
    testTimeout: part === 'fast' ? 30_000 : 300_000,
    hookTimeout: 120_000,
  },
});
