import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gauss } from '../../lib/compose/gauss';
import { observationGaussians } from '../../lib/compose/observation-gaussians';
import { observationScores } from '../../lib/compose/observation-scores';
import { rng } from '../../lib/core/rng';
import { vpLinear } from '../../lib/diffusion/vp';
import { truncatedNormal } from '../../lib/distributions/truncated-normal';
import { uniform } from '../../lib/distributions/uniform';
import { squaredMmd } from '../../lib/metrics/squared-mmd';
import { dpmSolver } from '../../lib/samplers/dpm-solver';
import { samplingProgram } from '../../lib/samplers/sample';

const [lower, upper, noise] = [[-1, -1], [1, 1], 0.5];
const box = uniform({ lower, upper });
/** The covariance of the least-squares Gaussian of theta given x. */
const ofOne = 1 / (3 + 1 / noise ** 2);

describe('GAUSS with exact scores of posteriors within a box', () => {
  it.each([
    { where: 'at a wall', truth: [0.9, 0.3], n: 5 },
    { where: 'in a corner', truth: [-0.95, 0.9], n: 4 },
    { where: 'in a corner', truth: [-1, 1], n: 2 },
  ])('draws that of $n observations, $where', async ({ truth, n }) => {
    const source = rng(5);
    const x = Array.from({ length: n }, () => truth.map((value) => value + noise * source.normal()));
    const scores = x.map((mean) => truncatedNormal({ mean, std: noise, lower, upper }).diffused!.score);
    const single = [ofOne, 0, ofOne];
    const gaussians = observationGaussians(
      n,
      [[single.slice(0, 2), single.slice(1)]],
      [
        [1 / 3, 0],
        [0, 1 / 3],
      ],
    );
    const target = gauss().compose(
      { ...observationScores(2, scores), gaussians },
      { score: (theta) => tf.zerosLike(theta), diffusedScore: box.diffused!.score },
    );
    const program = samplingProgram(dpmSolver(), { diffusion: vpLinear() }, () => target);
    const nothing = tf.scalar(0);
    const drawn = await program.sample(nothing, target, 600, { seed: 2, progress: false });
    const mean = [0, 1].map((i) => x.reduce((sum, row) => sum + row[i], 0) / n);
    const law = truncatedNormal({ mean, std: noise / Math.sqrt(n), lower, upper });
    const exact = Array.from({ length: 600 }, () => Array.from(law.sample(source)));
    const within = tf.tidy(() => tf.clipByValue(drawn, -1, 1));
    // pairs of exact samples stay below .003 in 2-D
    expect(squaredMmd(within, exact)).toBeLessThan(0.005);
    tf.dispose([nothing, drawn, within, ...Object.values(gaussians)]);
    program.dispose();
  });
});
