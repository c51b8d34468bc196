import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Posterior } from '../../../lib/contract/posterior';
import { rng } from '../../../lib/core/rng';
import { InterruptedError } from '../../../lib/core/errors';
import { normal } from '../../../lib/distributions/normal';
import type { Prior } from '../../../lib/distributions/prior';
import { truncatedNormal } from '../../../lib/distributions/truncated-normal';
import { uniform } from '../../../lib/distributions/uniform';
import { regionOfDraws, regionOfPosterior } from '../../../lib/inference/sequential/highest-density-region';
import {
  checkedTruncation,
  truncatedPrior,
  type TruncationOptions,
} from '../../../lib/inference/sequential/truncated-prior';
import { covariance, mean } from '../../../lib/maths/moments';
import { proposalOf } from '../../../lib/simulation/proposal';
import { exactPosterior } from '../../../lib/tasks/exact-posterior';
import { quiet, rowsOf } from '../quick-estimator';

/** Draws of a prior within the region of a posterior, and what is told of them. */
async function drawn(
  prior: Prior,
  posterior: Posterior,
  count: number,
  options: TruncationOptions,
  signal?: AbortSignal,
) {
  const before = tf.memory().numTensors;
  const facts: Record<string, number> = {};
  const tell = (more: object): void => void Object.assign(facts, more);
  const { leastAcceptance, ...ofRegion } = checkedTruncation('test', { massOutside: 1e-4, draws: 20_000, ...options });
  const region = await regionOfPosterior(posterior, ofRegion, { seed: 1, ...quiet });
  const proposal = truncatedPrior(region, leastAcceptance, { prior, tell });
  const rows = await rowsOf(proposal.sample(count, { seed: 2, signal })).finally(() => proposal.dispose!());
  expect(tf.memory().numTensors).toBe(before);
  return { rows, facts };
}

/** How a share of 1 in 10 of a normal law's mass is left out: beyond 1.645 standard deviations. */
const tenth = { massOutside: 0.1 };
const bound = 1.645;

describe('a truncated prior', () => {
  const box = uniform({ lower: [-10], upper: [10] });

  it.each([
    ['from the prior', 0.005],
    ['from the posterior, resampled', 0.5],
  ])('is flat within the highest-density interval of a normal posterior, drawn %s', async (_, leastAcceptance) => {
    const posterior = exactPosterior(1, normal({ mean: [1], std: 0.5 }));
    const count = 2000;
    const { rows, facts } = await drawn(box, posterior, count, { ...tenth, leastAcceptance });
    const values = rows.map(([value]) => (value - 1) / 0.5);
    // the threshold is a quantile over 20,000 draws, whose place has an error of 2 %
    expect(Math.max(...values.map(Math.abs))).toBeLessThan(bound * 1.06);
    const size = Math.min(count, facts.effective ?? count);
    const error = bound / Math.sqrt(3 * size);
    expect(Math.abs(mean(rows)[0] - 1) / 0.5).toBeLessThan(4 * error);
    // the variance of a uniform law, and that of its estimate: (E x^4 - (E x^2)^2) / N
    const variance = covariance(rows)[0][0] / 0.25;
    expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(4 * Math.sqrt(0.8 / size) + 0.06);
    expect(Math.abs(facts.acceptance - (2 * bound * 0.5) / 20)).toBeLessThan(0.01);
    expect('effective' in facts).toBe(leastAcceptance === 0.5);
  });

  it('keeps the form of a prior that is not flat', async () => {
    const posterior = exactPosterior(1, normal({ mean: [0], std: 1 }));
    const wide = normal({ mean: [0], std: 1 });
    const { rows } = await drawn(wide, posterior, 4000, tenth);
    // a standard normal law within 1.645: its variance is 1 - 2 a phi(a) / (1 - .1)
    const expected = 1 - (2 * bound * Math.exp((-bound * bound) / 2)) / Math.sqrt(2 * Math.PI) / 0.9;
    expect(Math.abs(covariance(rows)[0][0] / expected - 1)).toBeLessThan(4 * Math.sqrt(0.8 / 4000) + 0.06);
  });

  it('ends where the prior hardly meets the region, and says that draws were resampled', async () => {
    const posterior = exactPosterior(1, normal({ mean: [0, 0], std: 0.001 }));
    const square = uniform({ lower: [-10, -10], upper: [10, 10] });
    const { rows, facts } = await drawn(square, posterior, 500, {});
    expect(facts.acceptance).toBeLessThan(0.005);
    expect(facts.effective).toBeGreaterThanOrEqual(500);
    // the threshold's radius: sqrt(-2 log 1e-4) = 4.29 standard deviations; a flat disc has the variance r^2 / 4
    const radius = Math.sqrt(-2 * Math.log(1e-4)) * 0.001;
    for (const k of [0, 1])
      expect(Math.abs(covariance(rows)[k][k] / (radius ** 2 / 4) - 1)).toBeLessThan(4 * Math.sqrt(1 / 500) + 0.3);
  });

  it('is the prior where the region is the whole of it', async () => {
    // a posterior of 20 deviations that the box cuts is flat in it
    const posterior = exactPosterior(1, truncatedNormal({ mean: [0], std: [200], lower: [-10], upper: [10] }));
    const { rows, facts } = await drawn(box, posterior, 4000, {});
    expect(facts.acceptance).toBeGreaterThan(0.99);
    expect(Math.abs(mean(rows)[0]) / Math.sqrt(100 / 3 / 4000)).toBeLessThan(4);
    expect(Math.abs(covariance(rows)[0][0] / (100 / 3) - 1)).toBeLessThan(4 * Math.sqrt(0.8 / 4000) + 0.02);
  });

  it.each([
    ['outside of the prior', exactPosterior(1, normal({ mean: [50], std: 0.1 }))],
    [
      'nowhere, its density being NaN',
      {
        ...exactPosterior(1, normal({ mean: [0], std: 1 })),
        density: {
          normalised: true,
          logProb: async ({ shape }: tf.Tensor2D) => tf.fill([shape[0]], NaN) as tf.Tensor1D,
        },
      },
    ],
  ])('says that its region is empty where the posterior lies %s, and ends', async (_, posterior) => {
    await expect(drawn(box, posterior, 100, {})).rejects.toThrow(/The region of the last posterior is empty: of 1/);
  });

  it('is interrupted between its steps', async () => {
    const posterior = exactPosterior(1, normal({ mean: [0] }));
    const work = drawn(box, posterior, 100, {}, AbortSignal.abort());
    await expect(work).rejects.toThrow(InterruptedError);
  });

  it('leaves out the same share by a mixture that is fitted to draws, of a law that is no such mixture', async () => {
    const before = tf.memory().numTensors;
    // theta_0 uniform, theta_1 beside a parabola of it: a bent strip in the box
    const strip: Posterior = {
      n: 1,
      dim: 2,
      sample: async (count, { seed }) => {
        const source = rng(seed);
        const row = (): number[] => {
          const a = source.uniform(-1, 1);
          return [a, a * a + 0.05 * source.normal()];
        };
        return tf.tensor2d(Array.from({ length: count }, row));
      },
      dispose: () => {},
    };
    const square = uniform({ lower: [-2, -2], upper: [2, 2] });
    const share = 0.01;
    const region = await regionOfDraws(strip, square, { massOutside: share, draws: 10_000 }, { seed: 1, ...quiet });
    const fresh = await strip.sample(10_000, { seed: 2 });
    const inside = (await region.inside(fresh)).length / 10_000;
    expect(Math.abs(1 - inside - share)).toBeLessThan(4 * Math.sqrt((2 * share) / 10_000));
    const proposal = truncatedPrior(region, 0.005, { prior: square, tell: () => {} });
    const drawnRows = await proposal.sample(4000, { seed: 3 });
    expect((await proposal.inside!(drawnRows)).length).toBe(4000);
    // the strip has an area of about 2 x .2 of the 16 of the box, and the region is not much larger
    const all = await proposalOf(square).sample(20_000, { seed: 4 });
    expect((await proposal.inside!(all)).length / 20_000).toBeLessThan(0.1);
    tf.dispose([fresh, drawnRows, all]);
    proposal.dispose!();
    expect(tf.memory().numTensors).toBe(before);
  });
});
