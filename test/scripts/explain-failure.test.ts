import { describe, expect, it } from 'vitest';
import { explainFailure } from '../../scripts/setup/explain-failure.mjs';

describe('explainFailure', () => {
  it.each([
    'npm error code ENOTFOUND\nnpm error network request failed',
    'npm error code EAI_AGAIN',
    'npm error connect ECONNREFUSED 127.0.0.1:9',
    'pip._vendor.urllib3.exceptions.NameResolutionError: Temporary failure in name resolution',
    "WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: No matching distribution found for anyio==4.16.0",
    'ReadTimeoutError: HTTPSConnectionPool: Read timed out.',
  ])('knows an unreachable registry by: %s', (log) => {
    const sentence = explainFailure(log, 'The npm registry');
    expect(sentence).toContain('The npm registry could not be reached');
    expect(sentence).toContain('HTTPS_PROXY');
  });

  it('tells a missing version from a missing network', () => {
    expect(explainFailure('ERROR: No matching distribution found for anyio==99', 'It')).toContain('does not offer');
  });

  it('knows a full disk, a read-only place and a stale lock file', () => {
    expect(explainFailure('OSError: [Errno 28] No space left on device', 'It')).toContain('disk is full');
    expect(explainFailure("EACCES: permission denied, mkdir '/x'", 'It')).toContain('writable');
    const stale = '`npm ci` can only install packages when your package.json and package-lock.json are in sync';
    expect(explainFailure(stale, 'It')).toContain('npm install');
  });

  it('claims nothing about a failure that it does not know', () => {
    expect(explainFailure('error TS2322: Type is not assignable', 'It')).toBeUndefined();
  });
});
