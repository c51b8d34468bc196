import '@tensorflow/tfjs-node';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { vpLinear } from '../../lib/diffusion/vp';
import { normal } from '../../lib/distributions/normal';
import { continuous } from '../../lib/inference/score/levels';
import { npse } from '../../lib/inference/score/npse';
import type { TrainedScoreEstimator } from '../../lib/inference/score/train-score-estimator';
import { denoisingNetwork } from '../../lib/nn/score/denoising-network';
import { readEstimator, saveEstimator } from '../../lib/io/saved-estimator';

const prior = normal({ mean: [0, 1] });
const xObs = [
  [0.2, 0.4, 0.5],
  [0.1, 0.2, 0.3],
];
const draw = { seed: 5, progress: false };
const root = mkdtempSync(join(tmpdir(), 'scorebook-estimator-'));
const folder = join(root, 'model');
let estimator: TrainedScoreEstimator;
let samples: number[];

beforeAll(async () => {
  const source = rng(1);
  const theta = Array.from({ length: 300 }, () => prior.sample(source));
  const x = theta.map(([a, b]) => [a + source.normal(), b + source.normal(), a * b]);
  const sims = { theta: tf.tensor2d(theta), x: tf.tensor2d(x) };
  estimator = await npse.train(sims, {
    prior,
    seed: 2,
    emulated: 0,
    levels: continuous(vpLinear(), { count: 30 }),
    network: denoisingNetwork({ width: 8, blocks: 1, hidden: 1 }),
    fit: { maxEpochs: 2 },
    progress: false,
  });
  tf.dispose([sims.theta, sims.x]);
  const drawn = await estimator.given(xObs).sample(20, draw);
  samples = Array.from(drawn.dataSync());
  drawn.dispose();
  await saveEstimator(estimator, folder);
});
afterAll(() => {
  estimator.dispose();
  rmSync(root, { recursive: true });
});

describe('a saved estimator', () => {
  it('draws the same samples for the same seed in a new process', { timeout: 60_000 }, () => {
    const lib = join(__dirname, '..', '..', 'lib');
    const script = `
      const { readFileSync } = require('node:fs');
      const ts = require('typescript');
      const compilerOptions = { module: 'CommonJS', target: 'ES2022', esModuleInterop: true };
      // the TypeScript sources as they are, not a build that may be older
      require.extensions['.ts'] = (module, file) =>
        module._compile(ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions }).outputText, file);
      require('@tensorflow/tfjs-node');
      const { normal } = require('${lib}/distributions/normal.ts');
      const { npse } = require('${lib}/inference/score/npse.ts');
      const { readEstimator } = require('${lib}/io/saved-estimator.ts');
      void (async () => {
        const prior = normal({ mean: [0, 1] });
        const estimator = npse.restore(await readEstimator(${JSON.stringify(folder)}), { prior });
        const theta = await estimator.given(${JSON.stringify(xObs)}).sample(20, ${JSON.stringify(draw)});
        console.log('samples ' + JSON.stringify(Array.from(theta.dataSync())));
      })();`;
    const output = execFileSync(process.execPath, ['-e', script], {
      cwd: lib,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
    });
    expect(JSON.parse(/samples (.*)/.exec(output)![1])).toEqual(samples);
  });

  it('reads back as it was, number by number', async () => {
    const [read, record] = [await readEstimator(folder), estimator.record()];
    expect(read.config).toEqual(JSON.parse(JSON.stringify(record.config)));
    expect(read.arrays.map(({ name, shape, values }) => [name, shape, Array.from(values)])).toEqual(
      record.arrays.map(({ name, shape, values }) => [name, shape, Array.from(values)]),
    );
  });

  it('replaces an older one, whole, and leaves nothing else beside it', async () => {
    await saveEstimator(estimator, folder);
    expect(readdirSync(root).filter((name) => name.includes('model'))).toEqual(['model']);
    expect(readdirSync(folder).sort()).toEqual(['estimator.json', 'weights.bin']);
  });

  it('is refused where its folder is missing, cut short or not one', async () => {
    await expect(readEstimator(join(root, 'nowhere'))).rejects.toThrow(
      /estimator\.json and weights\.bin, received .*nowhere \(ENOENT\)/,
    );
    const broken = join(root, 'broken');
    await saveEstimator(estimator, broken);
    const { length } = readFileSync(join(broken, 'weights.bin'));
    for (const size of [length - 4, 1, 0]) {
      truncateSync(join(broken, 'weights.bin'), size);
      await expect(readEstimator(broken)).rejects.toThrow(
        new RegExp(`expected ${length} bytes in weights\\.bin, received ${size}\\. The folder is incomplete`),
      );
    }
    for (const text of ['', '{"config": {', '[]', 'null', '{"config": {}}']) {
      writeFileSync(join(broken, 'estimator.json'), text);
      await expect(readEstimator(broken)).rejects.toThrow(InvalidInputError);
    }
  });
});
