/**
 * How many tests passed and failed, from vitest's JSON report.
 * @typedef {{ status: string, assertionResults: unknown[] }} FileResult
 * @param {{ numPassedTests: number, numFailedTests: number, testResults: FileResult[] } | undefined} report
 * @param {boolean} ok whether vitest ended with code 0
 */
export function testCounts(report, ok) {
  if (!report) return { passed: 0, failed: 1 };
  // A file that could not even be loaded has no tests to fail.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + broken;
  return { passed: report.numPassedTests, failed: failed === 0 && !ok ? 1 : failed };
}
