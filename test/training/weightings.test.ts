import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { normalMass } from '../../lib/maths/normal-mass';
import { twinDiffusion, type Diffusion } from '../../lib/diffusion/diffusion';
import type { NoiseLevel } from '../../lib/diffusion/noise-level';
import { straightPath } from '../../lib/diffusion/straight-path';
import { ve } from '../../lib/diffusion/ve';
import { vpLinear } from '../../lib/diffusion/vp';
import { randomKey } from '../../lib/graph/random';
import { squaredNorm, type LevelWeighting } from '../../lib/training/level-law';
import { balanced, custom, likelihood, noise, velocity, type Weighting } from '../../lib/training/weightings';
import { expectClose, normals } from '../nn/support';

const count = 40_000;
const noOutput = (): tf.Tensor2D => {
  throw new Error('only balanced looks at the output');
};
const weighted = (
  diffusion: Diffusion,
  weighting: Weighting,
  toOutput: (error: tf.Tensor2D, level: NoiseLevel) => tf.Tensor2D = noOutput,
): LevelWeighting => weighting.levels(twinDiffusion(diffusion), toOutput);
/** Log noise ratios and times of levels that a weighting draws. */
function drawn({ law }: LevelWeighting): { ratios: number[]; times: number[] } {
  return tf.tidy(() => {
    const { t, meanCoeff, std } = law(randomKey(3), count);
    expect([t.shape, meanCoeff.shape, std.shape]).toEqual(new Array(3).fill([count, 1]));
    const variance = tf.add(tf.square(meanCoeff), tf.square(std));
    expect(tf.max(tf.abs(tf.sub(variance, 1))).dataSync()[0]).toBeLessThan(1e-5);
    return {
      ratios: Array.from(tf.log(tf.div(std, meanCoeff)).dataSync()),
      times: Array.from(t.dataSync()),
    };
  });
}
const moments = (values: number[]): { mean: number; std: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
};
const shareBelow = (values: number[], bound: number): number =>
  values.filter((value) => value < bound).length / values.length;
/** Four standard errors of a share. */
const shareTolerance = (share: number): number => 4 * Math.sqrt((share * (1 - share)) / count);

describe('balanced', () => {
  it('draws log noise ratios from N(-1.2, 1.4^2)', () => {
    const { ratios } = drawn(weighted(vpLinear(), balanced()));
    const { mean, std } = moments(ratios);
    expect(Math.abs(mean + 1.2)).toBeLessThan((4 * 1.4) / Math.sqrt(count));
    expect(Math.abs(std - 1.4)).toBeLessThan((4 * 1.4) / Math.sqrt(2 * count));
    for (const bound of [-3, -1.2, 0]) {
      const share = normalMass(-Infinity, (bound + 1.2) / 1.4);
      expect(Math.abs(shareBelow(ratios, bound) - share)).toBeLessThan(shareTolerance(share));
    }
  });

  it('stays within the range of a diffusion, at whose ends the rest gathers', () => {
    const [lowest, highest] = [Math.log(0.1), Math.log(5)];
    const { ratios } = drawn(weighted(ve({ sigmaMin: 0.1, sigmaMax: 5 }), balanced()));
    expect(shareBelow(ratios, lowest - 1e-5)).toBe(0);
    expect(shareBelow(ratios, highest + 1e-5)).toBe(1);
    const share = normalMass(-Infinity, (lowest + 1.2) / 1.4);
    expect(Math.abs(shareBelow(ratios, lowest + 1e-4) - share)).toBeLessThan(shareTolerance(share));
  });

  it('counts errors of the output', () => {
    const toOutput = (error: tf.Tensor2D, { std }: NoiseLevel): tf.Tensor2D => tf.mul(error, tf.add(std, 2));
    const { errorLoss } = weighted(vpLinear(), balanced(), toOutput);
    tf.tidy(() => {
      const level = vpLinear().atLogRatio(tf.tensor1d([-3, 0, 1]));
      const error = normals(3, 2);
      expectClose(errorLoss(error, level), squaredNorm(toOutput(error, level)), 1e-6);
    });
  });
});

describe('the other weightings', () => {
  const lambda = ({ meanCoeff }: NoiseLevel): tf.Tensor2D => tf.square(meanCoeff);

  it.each<[string, Weighting, Diffusion]>([
    ['noise', noise(), vpLinear()],
    ['velocity', velocity(), straightPath()],
    ['custom', custom(lambda), vpLinear()],
  ])('draw times alike: %s', (_, weighting, diffusion) => {
    const { earliest, latest } = diffusion;
    const { times } = drawn(weighted(diffusion, weighting));
    for (const share of [0.1, 0.5, 0.8])
      expect(Math.abs(shareBelow(times, earliest + share * (latest - earliest)) - share)).toBeLessThan(
        shareTolerance(share),
      );
    expect(shareBelow(times, earliest * (1 - 1e-6))).toBe(0);
    expect(shareBelow(times, latest * (1 + 1e-6))).toBe(1);
  });

  it('likelihood draws log noise ratios alike', () => {
    const [lowest, highest] = [vpLinear().earliest, vpLinear().latest].map((t) => vpLinear().logRatio(t));
    const { ratios } = drawn(weighted(vpLinear(), likelihood()));
    for (const share of [0.1, 0.5, 0.8])
      expect(Math.abs(shareBelow(ratios, lowest + share * (highest - lowest)) - share)).toBeLessThan(
        shareTolerance(share),
      );
  });

  it('velocity counts errors of eps - theta on the straight path', () => {
    const { errorLoss } = weighted(straightPath(), velocity());
    tf.tidy(() => {
      const t = tf.tensor2d([[0.01], [0.3], [0.5], [0.9]]);
      const [theta, eps, predicted] = [normals(4, 3, 1), normals(4, 3, 2), normals(4, 3, 3)];
      const rest = tf.sub(1, t);
      const noisy = tf.add(tf.mul(rest, theta), tf.mul(t, eps));
      const velocity = tf.sub(eps, theta);
      // theta as the predicted noise has it
      const predictedVelocity = tf.sub(predicted, tf.div(tf.sub(noisy, tf.mul(t, predicted)), rest));
      expectClose(
        errorLoss(tf.sub(predicted, eps), twinDiffusion(straightPath()).at(t)),
        squaredNorm(tf.sub(predictedVelocity, velocity)),
        1e-5,
      );
    });
  });

  it('custom counts errors of the score times itself; std^2 is noise', () => {
    tf.tidy(() => {
      const level = vpLinear().atLogRatio(tf.tensor1d([-3, -1, 0, 1]));
      const error = normals(4, 2);
      const ofScore = tf.mul(tf.squeeze(lambda(level), [1]), squaredNorm(tf.div(error, level.std)));
      expectClose(weighted(vpLinear(), custom(lambda)).errorLoss(error, level), ofScore, 1e-6);
      const ofNoise = weighted(
        vpLinear(),
        custom(({ std }) => tf.square(std)),
      ).errorLoss(error, level);
      expectClose(ofNoise, weighted(vpLinear(), noise()).errorLoss(error, level), 1e-6);
      expectClose(ofNoise, weighted(vpLinear(), likelihood()).errorLoss(error, level), 1e-6);
    });
  });
});
