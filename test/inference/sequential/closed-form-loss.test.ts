import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import type { DensityModel } from '../../../lib/inference/density/density-model';
import { closedFormLoss, type ProposedBy } from '../../../lib/inference/sequential/closed-form-loss';
import {
  naturalGaussian,
  noWiderThan,
  momentsOf,
  type WeightedGaussian,
} from '../../../lib/inference/sequential/natural-gaussian';
import { cholesky, inverse } from '../../../lib/maths/linalg';
import type { MixtureDensity } from '../../../lib/nn/density/mixture';

const gaussian = (mean: number[], covariance: number[][], weight = 1): WeightedGaussian => ({
  ...naturalGaussian(mean, cholesky(inverse(covariance))),
  logWeight: Math.log(weight),
});

/** q(y | x) of Gaussians with the means x + shift, whatever the weights. */
function modelOf(parts: { weight: number; shift: number[]; covariance: number[][] }[]): DensityModel {
  const dim = parts[0].shift.length;
  const factors = parts.map(({ covariance }) => cholesky(inverse(covariance)));
  const density: MixtureDensity = {
    dim,
    weights: [],
    sample: () => tf.zeros([1, dim]),
    components: (_, x) => {
      const rows = x.shape[0];
      return {
        logWeights: tf.tile(tf.tensor2d([parts.map(({ weight }) => Math.log(weight))]), [rows, 1]),
        mean: tf.add(tf.expandDims(x, 1), tf.tensor2d(parts.map(({ shift }) => shift))) as tf.Tensor3D,
        factor: tf.tile(tf.tensor4d([factors]), [rows, 1, 1, 1]),
      };
    },
    // the loss less log q is log Z
    logProb: (_, y) => tf.zeros([y.shape[0]]),
  };
  return { weights: [], density, densityWeights: (weights) => weights, contextOfEach: (_, x) => x.clone() };
}

const valueOf = (model: DensityModel, by: ProposedBy, x: number[][], round: number): number =>
  tf.tidy(() => {
    const y = x.map((row) => row.map(() => 0));
    const rows = [y, x, x.map(() => [round])].map((each) => tf.tensor2d(each));
    return closedFormLoss(model, by)([], rows, tf.tensor1d([0, 0], 'int32')).dataSync()[0];
  });

describe('closedFormLoss', () => {
  it('normalises q proposal / prior in one dimension: against quadrature', () => {
    const prior = gaussian([0.2], [[1.5]]);
    const proposal = [gaussian([0.5], [[0.3]], 0.4), gaussian([-1], [[1.2]], 0.6)];
    const parts = [
      { weight: 0.7, shift: [0], covariance: [[0.2]] },
      { weight: 0.3, shift: [1], covariance: [[4]] },
    ];
    const normalAt = (y: number, mean: number, variance: number): number =>
      Math.exp(-((y - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
    for (const x of [-0.6, 0.4, 3]) {
      let sum = 0;
      for (let y = -25; y <= 25; y += 0.005) {
        const q = parts.reduce(
          (all, { weight, shift, covariance }) => all + weight * normalAt(y, x + shift[0], covariance[0][0]),
          0,
        );
        sum += (0.005 * q * (0.4 * normalAt(y, 0.5, 0.3) + 0.6 * normalAt(y, -1, 1.2))) / normalAt(y, 0.2, 1.5);
      }
      const by = { prior, rounds: [[{ ...prior, logWeight: 0 }], proposal] };
      expect(valueOf(modelOf(parts), by, [[x]], 1)).toBeCloseTo(Math.log(sum), 4);
    }
  });

  it('normalises it in three dimensions: against draws of q', () => {
    const prior = gaussian(
      [0, 0, 0],
      [
        [1, 0.3, 0],
        [0.3, 1, 0],
        [0, 0, 2],
      ],
    );
    const narrow = [
      [0.3, 0.1, 0],
      [0.1, 0.4, -0.1],
      [0, -0.1, 0.2],
    ];
    const proposal = [gaussian([0.5, 0, -0.5], narrow)];
    const covariance = [
      [0.5, -0.2, 0.1],
      [-0.2, 0.4, 0],
      [0.1, 0, 0.6],
    ];
    const model = modelOf([{ weight: 1, shift: [0.1, 0, -0.2], covariance }]);
    const x = [0.3, -0.4, 0];
    const by = { prior, rounds: [proposal] };
    const [factor, source] = [cholesky(covariance), rng(3)];
    const logAt = (
      y: number[],
      { precision, shift }: WeightedGaussian,
      of = momentsOf({ precision, shift }),
    ): number => {
      const d = y.map((value, i) => value - of.mean[i]);
      const determinant = 2 * cholesky(precision).reduce((sum, row, i) => sum + Math.log(row[i]), 0);
      return (
        0.5 * determinant -
        0.5 * precision.reduce((sum, row, i) => sum + d[i] * row.reduce((all, p, j) => all + p * d[j], 0), 0)
      );
    };
    const draws = 40_000;
    const ratios = Array.from({ length: draws }, () => {
      const noise = [source.normal(), source.normal(), source.normal()];
      const y = factor.map(
        (row, i) => x[i] + [0.1, 0, -0.2][i] + row.reduce((sum, value, j) => sum + value * noise[j], 0),
      );
      return Math.exp(logAt(y, proposal[0]) - logAt(y, prior));
    });
    const estimate = ratios.reduce((sum, value) => sum + value, 0) / draws;
    const spread = Math.sqrt(ratios.reduce((sum, value) => sum + (value - estimate) ** 2, 0) / draws);
    const error = spread / estimate / Math.sqrt(draws);
    expect(Math.abs(valueOf(model, by, [x], 0) - Math.log(estimate))).toBeLessThan(4 * error);
  });

  it('is zero for rows that the prior drew, beside those of rounds with more Gaussians', () => {
    const prior = gaussian(
      [0.2, 0],
      [
        [1.5, 0.2],
        [0.2, 1],
      ],
    );
    const proposal = [
      gaussian(
        [0, 0],
        [
          [0.1, 0],
          [0, 0.1],
        ],
        0.5,
      ),
      gaussian(
        [1, 1],
        [
          [0.1, 0],
          [0, 0.1],
        ],
        0.5,
      ),
    ];
    const by = { prior, rounds: [[{ ...prior, logWeight: 0 }], proposal] };
    const model = modelOf([
      {
        weight: 1,
        shift: [0, 0],
        covariance: [
          [3, 0],
          [0, 0.1],
        ],
      },
    ]);
    expect(
      valueOf(
        model,
        by,
        [
          [1, 2],
          [-3, 0],
        ],
        0,
      ),
    ).toBeCloseTo(0, 5);
    expect(Math.abs(valueOf(model, by, [[1, 2]], 1))).toBeGreaterThan(0.1);
  });
});

describe('noWiderThan', () => {
  it('narrows a Gaussian where it is wider, and leaves one that is not', () => {
    const prior = gaussian(
      [0, 0],
      [
        [2, 0.5],
        [0.5, 1],
      ],
    );
    const narrow = gaussian(
      [3, -1],
      [
        [0.5, 0.1],
        [0.1, 0.2],
      ],
    );
    expect(noWiderThan(prior, narrow).precision).toEqual(narrow.precision);
    // wide along one axis of the prior, narrow along the other
    const diagonal = gaussian(
      [0, 0],
      [
        [4, 0],
        [0, 9],
      ],
    );
    const { mean, covariance } = momentsOf(
      noWiderThan(
        diagonal,
        gaussian(
          [1, 2],
          [
            [40, 0],
            [0, 0.3],
          ],
        ),
      ),
    );
    [1, 2].forEach((value, i) => expect(mean[i]).toBeCloseTo(value, 10));
    [
      [4, 0],
      [0, 0.3],
    ].forEach((row, i) => row.forEach((value, j) => expect(covariance[i][j]).toBeCloseTo(value, 10)));
  });
});
