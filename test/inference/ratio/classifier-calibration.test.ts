import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import {
  classifierCalibration,
  withoutSupport,
  type JudgedPairs,
} from '../../../lib/inference/ratio/classifier-calibration';
import { normalMass } from '../../../lib/maths/normal-mass';
import { exactLogRatio, gaussianPairs } from '../../training/ratio/gaussian-pairs';

const many = gaussianPairs(5000, 4);
const judgedBy = (logRatio: (theta: number, x: number) => number, { theta, x } = many): JudgedPairs => ({
  own: x.map((value, i) => logRatio(theta[i], value)),
  contrasts: x.map((value, i) => logRatio(theta[(i + 1) % theta.length], value)),
});

describe('the calibration of a classifier', () => {
  it('of the exact ratio lies within its bands as often as it says, and is balanced', () => {
    const samples = 40;
    const each = Array.from({ length: samples }, (_, seed) =>
      classifierCalibration(judgedBy(exactLogRatio, gaussianPairs(1000, 100 + seed)), true),
    );
    // at least 95 %, less 4 standard errors
    const least = samples * 0.95 - 4 * Math.sqrt(samples * 0.95 * 0.05);
    expect(each.filter(({ isCalibrated }) => isCalibrated).length).toBeGreaterThan(least);
    for (const { bins, expectedError, balance, balanceError } of each) {
      expect(bins.reduce((sum, { pairs }) => sum + pairs, 0)).toBe(2000);
      // sum_b n_b / N of binomial deviations of at most sqrt(1 / (4 n_b)) each
      const allowed = bins.reduce((sum, { pairs }) => sum + Math.sqrt(pairs) / 2, 0) / 2000;
      expect(expectedError).toBeLessThan(2 * allowed);
      expect(Math.abs(balance! - 1)).toBeLessThan(4 * balanceError!);
    }
  });

  it('of a distorted one does not', () => {
    const distortions: ((logRatio: number, theta: number, x: number) => number)[] = [
      (logRatio) => 1.3 * logRatio,
      (logRatio) => 0.7 * logRatio,
      (logRatio) => logRatio + 0.3,
      (logRatio, at, value) => logRatio + at * value,
    ];
    for (const distorted of distortions) {
      const of = classifierCalibration(
        judgedBy((at, value) => distorted(exactLogRatio(at, value), at, value)),
        true,
      );
      expect(of.isCalibrated).toBe(false);
      expect(of.bins.some(({ frequency, lower, upper }) => frequency < lower || frequency > upper)).toBe(true);
    }
    const shifted = classifierCalibration(
      judgedBy((at, value) => exactLogRatio(at, value) + 0.3),
      true,
    );
    expect(Math.abs(shifted.balance! - 1)).toBeGreaterThan(4 * shifted.balanceError!);
  });

  it('of a ratio that is known up to a function of x compares parameters for one x', () => {
    const judged = judgedBy((at, value) => exactLogRatio(at, value) + 3 * value);
    expect(classifierCalibration(judged, true).isCalibrated).toBe(false);
    const compared = classifierCalibration(judged, false);
    expect([compared.isCalibrated, compared.balance]).toEqual([true, undefined]);
    const double = judgedBy((at, value) => 1.3 * exactLogRatio(at, value) + 3 * value);
    expect(classifierCalibration(double, false).isCalibrated).toBe(false);
  });

  it('is within all bands as often as it says, for probabilities that are right', () => {
    const source = rng(8);
    const inside = Array.from({ length: 200 }, () => {
      const judged: JudgedPairs = { own: [], contrasts: [] };
      for (let i = 0; i < 1000; i++) {
        const logit = source.normal(0, 2);
        judged[source.uniform() < 1 / (1 + Math.exp(-logit)) ? 'own' : 'contrasts'].push(logit);
      }
      return classifierCalibration(judged, true).isCalibrated;
    });
    // at least 95 %, less 4 standard errors
    expect(inside.filter(Boolean).length).toBeGreaterThan(200 * 0.95 - 4 * Math.sqrt(200 * 0.95 * 0.05));
  });

  it('takes odds that no probability of float64 holds', () => {
    const { bins, expectedError } = classifierCalibration({ own: [800, 900], contrasts: [-800, -900] }, true);
    expect([bins.length, expectedError]).toEqual([2, 0]);
  });
});

describe('the share of pairs without support', () => {
  it('is that of two normal laws whose overlap is known', () => {
    const rows = 1000;
    const source = rng(9);
    for (const distance of [0, 1, 3, 6]) {
      // log r ~ N(distance^2 / 2, distance^2) at theta, and N(-distance^2 / 2, distance^2) at the reference
      const count = 20_000;
      const logRatios = (side: number): number[] =>
        Array.from({ length: count }, () => source.normal((side * distance ** 2) / 2, distance));
      const [limit, centre] = [Math.log(rows), distance ** 2 / 2];
      const within = distance === 0 ? 1 : normalMass((-limit - centre) / distance, (limit - centre) / distance);
      const found = withoutSupport({ own: logRatios(1), contrasts: logRatios(-1) }, rows);
      expect(Math.abs(found - (1 - within))).toBeLessThan(4 * Math.sqrt((within * (1 - within)) / (2 * count)) + 1e-9);
    }
  });
});
