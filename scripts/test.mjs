import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environment } from './setup/environment.mjs';
import { cache, nodeModules, root } from './setup/paths.mjs';
import { runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';

/** Where the counts of the last run are, for CI. */
const report = join(cache, 'tests.json');

/** `npm test`: sets up what is missing, then runs vitest. --fast or --slow choose a part; the rest goes to vitest. */
await runMain(async () => {
  const part = process.argv.includes('--fast') ? 'fast' : process.argv.includes('--slow') ? 'slow' : 'all';
  const rest = process.argv.slice(2).filter((argument) => argument !== '--fast' && argument !== '--slow');
  await setUp();
  const { status } = spawnSync(process.execPath, [join(nodeModules, 'vitest', 'vitest.mjs'), 'run', ...rest], {
    cwd: root,
    env: environment({ SCOREBOOK_TESTS: part, SCOREBOOK_TEST_REPORT: report }),
    stdio: 'inherit',
  });
  return status ?? 1;
});
