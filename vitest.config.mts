import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { threads } from './scripts/experiments/threads.mjs';
import { alone } from './scripts/vitest/alone.mjs';
import { SlowFirst } from './scripts/vitest/slow-first.mjs';
import { LateAnswers } from './scripts/vitest/late-answers.mjs';
import { Slowest } from './scripts/vitest/slowest.mjs';

/** Which tests run: scripts/test.mjs sets it; `npx vitest` alone runs the fast ones. */
const part = process.env.SCOREBOOK_TESTS ?? 'fast';
/** Where scripts/test.mjs wants the results as JSON. */
const report = process.env.SCOREBOOK_TEST_REPORT;
const slow = 'test/**/*.slow.test.ts';
const left = ['node_modules/**', ...(part === 'fast' ? [slow] : [])];
/** One process a core; beyond eight, memory is what is short. */
const processes = Math.min(8, Math.max(2, availableParallelism()));

export default defineConfig({
  resolve: { alias: { scorebook: fileURLToPath(new URL('./lib/index.ts', import.meta.url)) } },
  test: {
    // Processes, not threads: tfjs-node cannot be loaded twice into one process. They run one file after another
    // without loading it again.
    pool: 'forks',
    poolOptions: { forks: { maxForks: processes, minForks: 1, isolate: false } },
    sequence: { sequencer: SlowFirst },
    // The files share the cores, so that TensorFlow's own threads would only wait for one another.
    env: { ...threads(1), TF_CPP_MIN_LOG_LEVEL: '3' },
    reporters: [
      'default',
      new Slowest(),
      new LateAnswers(),
      ...(report ? [['json', { outputFile: report }] as const] : []),
    ],
    testTimeout: part === 'fast' ? 60_000 : 300_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: [part === 'slow' ? slow : 'test/**/*.test.ts'],
          exclude: [...left, ...alone],
        },
      },
      // Processes are not shared between projects.
      ...alone.map((file) => ({
        extends: true as const,
        test: {
          name: file.replace(/^.*\/|(\.slow)?\.test\.ts$/g, ''),
          include: part === 'slow' && !file.endsWith('.slow.test.ts') ? [] : [file],
          exclude: left,
        },
      })),
    ],
  },
});
