import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingValues, type MissingValues } from '../../lib/data/missing-values';
import { check } from '../../lib/diagnostics/check';
import { independent } from '../../lib/distributions/independent';
import { normal } from '../../lib/distributions/normal';
import { npe } from '../../lib/inference/density/npe';
import type { Estimator } from '../../lib/contract/estimator';
import type { Rng } from '../../lib/core/rng';
import { simulate } from '../../lib/simulation/simulate';
import { simulationsFrom, type Simulations } from '../../lib/simulation/simulations';

const quiet = { progress: false } as const;
/** Two parameters, read three times: x_k ~ N(a_k . theta, s_k^2), theta ~ N(0, I). */
const readings = [
  { a: [1, 0], s: 0.3 },
  { a: [0, 1], s: 0.5 },
  { a: [1, 1], s: 0.2 },
];
const prior = independent([normal({ mean: 0, std: 1 }), normal({ mean: 0, std: 1 })]);
const simulator = (theta: readonly number[], source: Rng): number[] =>
  readings.map(({ a, s }) => a[0] * theta[0] + a[1] * theta[1] + source.normal(0, s));
const model = { prior, simulator };

/** Mean and standard deviations of the exact posterior given the readings that are there. */
function exactGiven(x: readonly (number | null)[]): { mean: number[]; std: number[] } {
  const [p, h] = [
    [1, 0, 1],
    [0, 0],
  ]; // the precision p11, p12, p22 and the precision times the mean
  x.forEach((value, k) => {
    if (value === null) return;
    const { a, s } = readings[k];
    p[0] += (a[0] * a[0]) / s ** 2;
    p[1] += (a[0] * a[1]) / s ** 2;
    p[2] += (a[1] * a[1]) / s ** 2;
    a.forEach((each, d) => (h[d] += (each * value) / s ** 2));
  });
  const det = p[0] * p[2] - p[1] ** 2;
  const mean = [(p[2] * h[0] - p[1] * h[1]) / det, (p[0] * h[1] - p[1] * h[0]) / det];
  return { mean, std: [Math.sqrt(p[2] / det), Math.sqrt(p[0] / det)] };
}

const full = [0.8, -0.6, 0.3];
const patterns = Array.from({ length: 7 }, (_, bits) => full.map((value, k) => ((bits >> k) & 1 ? null : value)));

/** The largest errors over the patterns: of means in prior standard deviations, of widths as shares. */
async function errorsOf(estimator: Estimator, encode: MissingValues['encode']): Promise<{ mean: number; std: number }> {
  const worst = { mean: 0, std: 0 };
  for (const x of patterns) {
    const posterior = estimator.given(encode([x]));
    const theta = await posterior.sample(8000, { seed: 4, ...quiet });
    const { mean, variance } = tf.moments(theta, 0);
    const [m, v] = [mean, variance].map((each) => Array.from(each.dataSync()));
    tf.dispose([theta, mean, variance]);
    posterior.dispose();
    const exact = exactGiven(x);
    m.forEach((value, d) => (worst.mean = Math.max(worst.mean, Math.abs(value - exact.mean[d]))));
    v.forEach((value, d) => (worst.std = Math.max(worst.std, Math.abs(Math.sqrt(value) / exact.std[d] - 1))));
  }
  return worst;
}

const settings = { prior, seed: 3, fit: { maxEpochs: 60 }, ...quiet };
const limits = { mean: 0.15, std: 0.2 };

describe('an estimator trained on data with gaps', () => {
  let gaps: MissingValues;
  let hidden: Simulations;
  let estimator: Estimator;
  beforeAll(async () => {
    const whole = await simulate(model, 8000, { seed: 1, ...quiet });
    gaps = missingValues(whole, { probability: 0.35 });
    hidden = gaps.hide(whole, { seed: 2 });
    whole.dispose();
    estimator = await npe.train(hidden, settings);
  }, 200_000);
  afterAll(() => {
    estimator.dispose();
    hidden.dispose();
  });

  it('has the exact posterior given the values that are there, whichever these are', async () => {
    const { mean, std } = await errorsOf(estimator, gaps.encode);
    expect(mean).toBeLessThan(limits.mean);
    expect(std).toBeLessThan(limits.std);
  });

  it('passes its check on the model with the same gaps', async () => {
    const checked = await check(estimator, gaps.model(model), {
      seed: 5,
      pairs: 200,
      draws: 100,
      level: 0.01,
      ...quiet,
    });
    expect(checked.passes, checked.verdict).toBe(true);
  });

  it('does not without the masks', async () => {
    const blind = (rows: number[][]): number[][] => rows.map((row) => [...row.slice(0, 3), 0, 0, 0]);
    const blinded = simulationsFrom(hidden.theta, blind(hidden.x.arraySync()));
    const other = await npe.train(blinded, settings);
    blinded.dispose();
    const { mean, std } = await errorsOf(other, (rows) => blind(gaps.encode(rows)));
    other.dispose();
    expect(mean > 2 * limits.mean || std > 2 * limits.std, `${mean}, ${std}`).toBe(true);
  }, 200_000);
});
