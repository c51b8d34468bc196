import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { labArguments } from '../../scripts/lab/arguments.mjs';
import { environment } from '../../scripts/setup/environment.mjs';
import { venvPython } from '../../scripts/setup/paths.mjs';

/** The kernels that the lab would offer with these arguments. */
function kernelsOf(more: string[]): string[] {
  const asked = labArguments('/tmp', more).filter((argument) => argument.startsWith('--KernelSpecManager.'));
  const listed = ['-m', 'jupyter_client.kernelspecapp', 'list', '--json', ...asked];
  const told = execFileSync(venvPython, listed, {
    env: environment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Object.keys(JSON.parse(told).kernelspecs).sort();
}

describe('the arguments of npm run lab', () => {
  it('are the own ones last, so that they win', () => {
    expect(labArguments('/work', ['--port=9000']).slice(-1)).toEqual(['--port=9000']);
    expect(labArguments('/work', ['--python', '--no-browser'])).not.toContain('--python');
  });

  it.skipIf(!existsSync(venvPython))('offer a Python kernel where it was asked for, and only there', () => {
    expect(kernelsOf([])).toEqual(['scorebook']);
    expect(kernelsOf(['--python'])).toEqual(['python3', 'scorebook']);
  });
});
