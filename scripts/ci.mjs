import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { testCounts } from './ci/counts.mjs';
import { threads } from './experiments/threads.mjs';
import { cache, root } from './setup/paths.mjs';

/**
 * What CI runs: the set-up, the engine of sweeps, the tests, then every notebook: the quickstart as users find it, the
 * others with the least with which every cell runs. The last line is the sum, "N passed, N failed"; a part that ended
 * badly without a failed test of its own counts as one failure. No test may be skipped for what the set-up or the
 * machine lacks (SCOREBOOK_CI).
 */
const reports = { tests: join(cache, 'tests.json'), notebooks: join(cache, 'notebooks.json') };
for (const report of Object.values(reports)) rmSync(report, { force: true });

const env = { ...threads(1), ...process.env, SCOREBOOK_CI: '1' };
/** @type {string[]} */
const times = [];

/**
 * @param {string} part
 * @param {string} script
 * @param {string[]} options
 */
function run(part, script, ...options) {
  const begin = performance.now();
  const command = [join(root, 'scripts', script), ...options];
  const { status } = spawnSync(process.execPath, command, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  times.push(`${part} ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  return status;
}

/** @param {string} path */
const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

// A set-up that fails does so again, and is counted, at the start of the tests.
run('set-up', 'setup.mjs');
// Without its engine the tests of sweeps are skipped.
run('engine of sweeps', 'sweep.mjs', '--engine');
const testStatus = run('tests', 'test.mjs');
const tests = testCounts(read(reports.tests), testStatus === 0);
const notebookStatus = run('notebooks', 'notebooks.mjs', '--smoke', '--jobs', '2');
const notebooks = read(reports.notebooks) ?? { passed: 0, failed: notebookStatus === 0 ? 0 : 1 };
const passed = tests.passed + notebooks.passed;
const failed = tests.failed + notebooks.failed;
process.stdout.write(`\nTimes: ${times.join(', ')}\n\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
