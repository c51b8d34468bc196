import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { testCounts } from './ci/counts.mjs';
import { cache, root } from './setup/paths.mjs';

/**
 * What CI runs: the tests, then every notebook in quick mode. The last line is the sum, "N passed, N failed";
 * a part that ended badly without a failed test of its own counts as one failure.
 */
const reports = { tests: join(cache, 'tests.json'), notebooks: join(cache, 'notebooks.json') };
for (const report of Object.values(reports)) rmSync(report, { force: true });

/** @param {string} script */
const run = (script) =>
  spawnSync(process.execPath, [join(root, 'scripts', script)], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    .status;

/** @param {string} path */
const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

const testStatus = run('test.mjs');
const tests = testCounts(read(reports.tests), testStatus === 0);
const notebookStatus = run('notebooks.mjs');
const notebooks = read(reports.notebooks) ?? { passed: 0, failed: notebookStatus === 0 ? 0 : 1 };
const passed = tests.passed + notebooks.passed;
const failed = tests.failed + notebooks.failed;
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
