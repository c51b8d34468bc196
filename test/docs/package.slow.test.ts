import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(__dirname, '..', '..');
let folder: string;

/** What a command prints, in the folder where the package is installed. */
const run = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: '', VITEST: '', TF_CPP_MIN_LOG_LEVEL: '3' },
  });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scorebook-package-'));
  const packed = execFileSync(process.execPath, ['scripts/package.mjs'], { cwd: root, encoding: 'utf8' }).trim();
  writeFileSync(join(folder, 'package.json'), '{ "name": "elsewhere", "version": "1.0.0", "private": true }\n');
  // the command of the package's page
  const command = /npm install --ignore-scripts \S+ && npx scorebook-setup/.exec(
    readFileSync(join(root, 'lib', 'PACKAGE.md'), 'utf8'),
  );
  run('bash', ['-c', command![0].replace(/scorebook-\S+\.tgz/, packed)]);
}, 1_200_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** A training as short as can be, and its summary, printed. */
const use = `
  const prior = uniform({ lower: [-3], upper: [3] });
  const simulator = ([a], rng) => [a + rng.normal(0, 0.3)];
  async function main() {
    const sims = await simulate({ prior, simulator }, 500, { seed: 1, workers: 2, progress: false });
    const estimator = await npe.train(sims, { prior, seed: 2, fit: { maxEpochs: 20 }, progress: false });
    const theta = await estimator.given([[1]]).sample(500, { seed: 3, progress: false });
    await data.writeSamples('draws.parquet', theta);
    const read = await data.readSamples('draws.parquet');
    console.log(JSON.stringify({ rows: read.shape[0], ...summary(read)[0] }));
  }
  main();
`;

describe('the packed library in an empty folder', () => {
  it('holds the licence, a page and the compiled library, and nothing else', () => {
    const installed = join(folder, 'node_modules', 'scorebook');
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'bin', 'dist', 'package.json']);
    const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' });
    const others = files.filter((name) => /\.\w+$/.test(name) && !/\.(js|d\.ts)$/.test(name));
    expect(others).toEqual([]);
  });

  it.each([
    ['use.cjs', `const { data, npe, simulate, summary, uniform } = require('scorebook');${use}`],
    ['use.mjs', `import { data, npe, simulate, summary, uniform } from 'scorebook';${use}`],
  ])('works, with workers and files: %s', (name, text) => {
    writeFileSync(join(folder, name), text);
    const { rows, mean, sd } = JSON.parse(run(process.execPath, [name]).trim().split('\n').pop()!) as Record<
      string,
      number
    >;
    expect(rows).toBe(500);
    expect(Math.abs(mean - 1)).toBeLessThan(0.3);
    expect(sd).toBeLessThan(0.8);
  });

  it.each(['Node16', 'Node10'])('has types, and refuses wrong ones: %s', (resolution) => {
    writeFileSync(
      join(folder, 'use.ts'),
      `import { normal, simulate, simulators, type Simulations } from 'scorebook';
       const simulator = simulators.program({ command: ['python3', 'simulator.py'] });
       export const sims: Promise<Simulations> = simulate({ prior: normal({ mean: [0] }), simulator }, 5, { seed: 1 });
       // @ts-expect-error a seed is a number
       void simulate({ prior: normal({ mean: [0] }), simulator }, 5, { seed: 'a' });
       // @ts-expect-error simulations are no number
       export const wrong: Promise<number> = sims;`,
    );
    const module = resolution === 'Node16' ? 'Node16' : 'CommonJS';
    const settings = { strict: true, noEmit: true, skipLibCheck: true, target: 'ES2022', types: [] };
    const compilerOptions = { ...settings, module, moduleResolution: resolution };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    expect(run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc')])).toBe('');
  });
});
