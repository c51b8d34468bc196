import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { independent } from '../../../lib/distributions/independent';
import { logNormal } from '../../../lib/distributions/log-normal';
import { mixture } from '../../../lib/distributions/mixture';
import { normal } from '../../../lib/distributions/normal';
import type { Prior } from '../../../lib/distributions/prior';
import { uniform } from '../../../lib/distributions/uniform';
import { closedFormPrior } from '../../../lib/inference/sequential/closed-form-prior';
import {
  correctedMixture,
  momentsOf,
  naturalGaussian,
  unstandardised,
  type NaturalGaussian,
} from '../../../lib/inference/sequential/natural-gaussian';
import { cholesky, inverse } from '../../../lib/maths/linalg';

const gaussian = (mean: number[], covariance: number[][]): NaturalGaussian =>
  naturalGaussian(mean, cholesky(inverse(covariance)));
const flat: NaturalGaussian = { precision: [[0]], shift: [0] };

/** The exponential of a law's log density at u, without its constant. */
const valueAt = ({ precision, shift }: NaturalGaussian, u: number): number =>
  Math.exp(-0.5 * precision[0][0] * u * u + shift[0] * u);

describe('a corrected mixture', () => {
  it('is the product over the proposal, times the prior, normalised: against quadrature', () => {
    const proposal = gaussian([0.5], [[2]]);
    const prior = gaussian([-1], [[4]]);
    const parts = [
      { ...gaussian([0], [[0.5]]), logWeight: Math.log(0.3) },
      { ...gaussian([1.5], [[1]]), logWeight: Math.log(0.7) },
    ];
    const { mixture: corrected, broken } = correctedMixture(parts, proposal, prior);
    expect(broken).toBe(-1);
    const density = (
      list: readonly { logWeight: number; precision: number[][]; shift: number[] }[],
      u: number,
    ): number =>
      list.reduce((sum, each) => {
        const { mean, covariance } = momentsOf(each);
        const z = (u - mean[0]) ** 2 / covariance[0][0];
        return sum + (Math.exp(each.logWeight) * Math.exp(-z / 2)) / Math.sqrt(2 * Math.PI * covariance[0][0]);
      }, 0);
    const grid = Array.from({ length: 4001 }, (_, i) => -20 + i * 0.01);
    const product = grid.map((u) => (density(parts, u) / valueAt(proposal, u)) * valueAt(prior, u));
    const total = product.reduce((sum, value) => sum + value * 0.01, 0);
    for (const at of [1500, 2000, 2150, 2300]) expect(density(corrected, grid[at])).toBeCloseTo(product[at] / total, 6);
  });

  it('changes nothing where the proposal is the prior, and multiplies back what was divided', () => {
    const parts = [{ ...gaussian([0.3], [[0.5]]), logWeight: 0 }];
    const proposal = gaussian([1], [[3]]);
    const {
      mixture: [same],
    } = correctedMixture(parts, proposal, proposal);
    expect(momentsOf(same).mean[0]).toBeCloseTo(0.3, 10);
    const { mixture: changed } = correctedMixture(parts, proposal, flat);
    const {
      mixture: [back],
    } = correctedMixture(changed, flat, proposal);
    expect(momentsOf(back).covariance[0][0]).toBeCloseTo(0.5, 10);
  });

  it('names the component that is wider than the proposal', () => {
    const parts = [0.5, 2].map((variance) => ({ ...gaussian([0], [[variance]]), logWeight: Math.log(0.5) }));
    expect(correctedMixture(parts, gaussian([0], [[1]]), flat)).toEqual({ mixture: [], broken: 1 });
  });

  it('keeps its law in other units', () => {
    const law = unstandardised(
      gaussian(
        [1, -1],
        [
          [2, 0.5],
          [0.5, 1],
        ],
      ),
      { mean: [3, 4], std: [2, 0.1] },
    );
    const { mean, covariance } = momentsOf(law);
    [5, 3.9].forEach((value, i) => expect(mean[i]).toBeCloseTo(value, 8));
    [
      [8, 0.1],
      [0.1, 0.01],
    ].forEach((row, i) => row.forEach((value, j) => expect(covariance[i][j]).toBeCloseTo(value, 8)));
  });
});

describe('closedFormPrior', () => {
  it('finds the Gaussian of a normal prior, and flatness within the bounds of a uniform one', () => {
    const covariance = [
      [2, 0.5],
      [0.5, 1],
    ];
    const { law, ofFrame } = closedFormPrior(normal({ mean: [1, -3], covariance }));
    expect(ofFrame.support).toBeUndefined();
    const { mean, covariance: found } = momentsOf(law);
    [1, -3].forEach((value, i) => expect(mean[i]).toBeCloseTo(value, 4));
    covariance.forEach((row, i) => row.forEach((value, j) => expect(found[i][j]).toBeCloseTo(value, 4)));
    const box = closedFormPrior(uniform({ lower: [0, 5], upper: [1, 9] }));
    expect(box.law.precision.flat().map(Math.abs)).toEqual([0, 0, 0, 0]);
    expect(box.ofFrame.support).toBeUndefined();
  });

  it('finds both by parameter, and a log-normal law in its logarithms', () => {
    const both = closedFormPrior(independent([normal({ mean: 0, std: 0.5 }), uniform({ lower: 0, upper: 2 })]));
    expect(both.law.precision[0][0]).toBeCloseTo(4, 3);
    expect(Math.abs(both.law.precision[1][1])).toBeLessThan(1e-3);
    const prior = logNormal({ mean: [1], std: 0.5 });
    const { law, ofFrame } = closedFormPrior(prior);
    expect(ofFrame).toBe(prior);
    expect(momentsOf(law).mean[0]).toBeCloseTo(1, 3);
    expect(momentsOf(law).covariance[0][0]).toBeCloseTo(0.25, 3);
  });

  it('refuses what is neither, by name', () => {
    const two: Prior = mixture([
      { weight: 1, component: normal({ mean: [0] }) },
      { weight: 1, component: normal({ mean: [3] }) },
    ]);
    expect(() => closedFormPrior(two)).toThrow(InvalidInputError);
    expect(() => closedFormPrior(two)).toThrow(/snpeA: prior: expected a normal, uniform, .*sequential\.snpeC/);
  });
});
