import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Posterior } from '../../../lib/contract/posterior';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../../lib/core/errors';
import { normal } from '../../../lib/distributions/normal';
import { uniform } from '../../../lib/distributions/uniform';
import { abc } from '../../../lib/inference/abc/abc';
import type { SmcOptions } from '../../../lib/inference/abc/smc';
import type { RejectionOptions } from '../../../lib/inference/abc/reject';
import { covariance, mean } from '../../../lib/maths/moments';
import type { Model } from '../../../lib/simulation/model';
import { simulate } from '../../../lib/simulation/simulate';
import type { Simulator } from '../../../lib/simulation/simulator';
import { SimulationError } from '../../../lib/simulation/simulation-error';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { halfBounded, posteriorLaws } from '../contract-laws';
import { exactMoments } from '../exact-gaussian';
import { quiet, rowsOf } from '../quick-estimator';

afterEach(() => vi.restoreAllMocks());
const work = { seed: 1, workers: 0, ...quiet } as const;
const laws = { cells: 2, integral: 1 };

/** theta ~ N(0, I), x ~ N(theta, I), in two dimensions. */
const task = gaussianLinear([1, 1]);
const xObs = [[2, -1]];
const exact = exactMoments(task, xObs);

/** Mean and standard deviations of draws. */
async function moments(posterior: Posterior, count = 4000): Promise<{ mean: number[]; std: number[] }> {
  const rows = await rowsOf(posterior.sample(count, { seed: 5 }));
  posterior.dispose();
  return { mean: mean(rows), std: covariance(rows).map((row, k) => Math.sqrt(row[k])) };
}

/** abc.reject on simulations of a model. */
async function rejected(
  model: Model,
  count: number,
  observed: number[][],
  options: Omit<RejectionOptions, 'prior'> = {},
): Promise<Posterior & { readonly tolerance: number; readonly effectiveSampleSize: number }> {
  const simulations = await simulate(model, count, work);
  try {
    return abc.reject(simulations, observed, { prior: model.prior, ...options });
  } finally {
    simulations.dispose();
  }
}

/** A simulator, and how often it was called. */
function counting(simulator: Simulator): { simulator: Simulator; calls: () => number } {
  let calls = 0;
  return {
    simulator: (theta, rng) => {
      calls++;
      return simulator(theta, rng);
    },
    calls: () => calls,
  };
}

describe('rejection ABC', () => {
  it('comes to the exact posterior as the tolerance falls', async () => {
    const errors: number[] = [];
    const tolerances: number[] = [];
    for (const accept of [0.5, 0.1, 0.015]) {
      const posterior = await rejected(task, 40_000, xObs, { accept });
      tolerances.push(posterior.tolerance);
      const { mean: at, std } = await moments(posterior);
      errors.push(
        Math.max(...[0, 1].flatMap((k) => [Math.abs(at[k] - exact.mean[k]), Math.abs(std[k] - exact.std[k])])),
      );
    }
    expect(tolerances).toEqual([...tolerances].sort((a, b) => b - a));
    expect(errors[1]).toBeLessThan(errors[0]);
    // 4 standard errors of 600 accepted and 4,000 drawn, and the square of the tolerance
    expect(errors[2]).toBeLessThan(4 * exact.std[0] * Math.sqrt(1 / 600 + 1 / 4000) + tolerances[2] ** 2 / 2);
  });

  it('is nearer to it after a regression, at the same tolerance', async () => {
    const [plain, linear] = [
      await moments(await rejected(task, 20_000, xObs, { accept: 0.2 })),
      await moments(await rejected(task, 20_000, xObs, { accept: 0.2, regression: 'linear' })),
    ];
    for (const k of [0, 1]) {
      expect(Math.abs(plain.mean[k] - exact.mean[k])).toBeGreaterThan(0.1);
      // the model is linear, so that nothing but the standard error is left
      const allowed = 4 * exact.std[k] * Math.sqrt(1 / 2000 + 1 / 4000);
      expect(Math.abs(linear.mean[k] - exact.mean[k])).toBeLessThan(allowed);
      expect(Math.abs(linear.std[k] - exact.std[k])).toBeLessThan(allowed);
    }
  });

  it('draws within the support, where the observation lies beyond a wall', async () => {
    const model: Model = {
      prior: uniform({ lower: [0], upper: [1] }),
      simulator: ([theta], rng) => [theta + rng.normal(0, 0.1)],
    };
    const settings = { accept: 400, regression: 'linear', smoothing: 'kernel' } as const;
    const rows = await rowsOf((await rejected(model, 4000, [[1.1]], settings)).sample(4000, { seed: 1 }));
    expect(rows.every(([theta]) => theta > 0 && theta < 1)).toBe(true);
    // E(theta | x) of N(1.1, .1^2) cut off at 1 is 0.948
    expect(mean(rows)[0]).toBeGreaterThan(0.9);
  });

  it('does not depend on the units of the data, nor on a value that is constant', async () => {
    const inUnits: Model = {
      prior: task.prior,
      simulator: (theta, rng) => [1000 * (theta[0] + rng.normal()), theta[1] + rng.normal(), 7],
    };
    const drawn: number[][][] = [];
    for (const [model, observed] of [
      [task, xObs],
      [inUnits, [[2000, -1, 7]]],
    ] as const)
      drawn.push(
        await rowsOf(
          (
            await rejected(
              model,
              3000,
              observed.map((row) => [...row]),
            )
          ).sample(50, { seed: 1 }),
        ),
      );
    expect(drawn[1]).toEqual(drawn[0]);
  });

  it('takes a distance of one’s own', async () => {
    const first = (difference: Float64Array): number => Math.abs(difference[0]);
    const { mean: at } = await moments(await rejected(task, 20_000, xObs, { accept: 400, distance: first }));
    expect(Math.abs(at[0] - exact.mean[0])).toBeLessThan(4 * Math.SQRT1_2 * Math.sqrt(1 / 400 + 1 / 4000));
    // the second value is not looked at: its parameter is the prior's
    expect(Math.abs(at[1])).toBeLessThan(4 * Math.sqrt(1 / 400 + 1 / 4000));
  });

  it('has more draws than particles where these are smoothed, with about the same moments', async () => {
    const plain = await rejected(task, 10_000, xObs, { accept: 400 });
    const smooth = await rejected(task, 10_000, xObs, { accept: 400, smoothing: 'kernel' });
    const distinct = async (posterior: Posterior): Promise<number> =>
      new Set((await rowsOf(posterior.sample(2000, { seed: 1 }))).map(String)).size;
    expect(await distinct(plain)).toBeLessThanOrEqual(400);
    expect(await distinct(smooth)).toBe(2000);
    const [a, b] = [await moments(plain), await moments(smooth)];
    for (const k of [0, 1]) {
      expect(Math.abs(a.mean[k] - b.mean[k])).toBeLessThan(4 * a.std[k] * Math.sqrt(2 / 4000));
      expect(b.std[k] / a.std[k]).toBeGreaterThan(1);
      expect(b.std[k] / a.std[k]).toBeLessThan(1.15);
    }
  });

  it('refuses what it cannot do, before work', async () => {
    const simulations = await simulate(task, 300, work);
    const { prior } = task;
    const refused = (message: RegExp, options: object, observed = xObs, given: object = simulations): void =>
      expect(() => abc.reject(given as never, observed, { prior, ...options })).toThrow(message);
    for (const accept of [0, 1, -2, 2.5, 301, NaN, 0.001])
      refused(/accept: expected a share between 0 and 1, or a whole number from 2 to 300/, { accept });
    refused(/xObs: expected one observation \[1, L\], received the shape \[2,2\].*as one row/, {}, [...xObs, ...xObs]);
    refused(/xObs: expected at least one row of 2 numbers/, {}, [[1, 2, 3]]);
    refused(/xObs: .*NaN/, {}, [[NaN, 1]]);
    refused(/regression: expected none or linear, received quadratic/, { regression: 'quadratic' });
    refused(/smoothing: expected none or kernel/, { smoothing: 'normal' });
    refused(/distance: expected a number of at least 0, received -1/, { distance: () => -1 });
    refused(/distance: expected a function/, { distance: 2 });
    refused(/regression: expected at least 4 particles, to regress on 2 data/, { accept: 3, regression: 'linear' });
    const { theta, x } = simulations;
    refused(/expected parameters drawn from the prior, received those of a proposal/, {}, xObs, {
      theta,
      x,
      proposed: true,
    });
    simulations.dispose();
  });

  it('frees all it made', async () => {
    const before = tf.memory().numTensors;
    const posterior = await rejected(task, 500, xObs, { regression: 'linear', smoothing: 'kernel' });
    (await posterior.sample(10, { seed: 1 })).dispose();
    posterior.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  describe('its posterior', () => {
    const simulations = simulate(halfBounded, 2000, work);
    let posterior: Posterior;
    it('is made', async () => {
      posterior = abc.reject(await simulations, [[1.5, 0.3]], { prior: halfBounded.prior, smoothing: 'kernel' });
    });
    posteriorLaws(() => posterior, laws);
  });
});

describe('SMC-ABC', () => {
  const run = (model: Model, observed: number[][], options: Partial<SmcOptions> = {}) =>
    abc.smc(model, observed, { calls: 4000, ...work, ...options });

  it('comes to the exact posterior, by tolerances that fall and weights that sum to one', async () => {
    const posterior = await run(task, xObs, { calls: 20_000, particles: 500 });
    const { populations, weights, effectiveSampleSize, tolerance } = posterior;
    const tolerances = populations.map((each) => each.tolerance);
    expect(tolerances).toEqual([...tolerances].sort((a, b) => b - a));
    expect(tolerances.length).toBeGreaterThan(3);
    expect(tolerance).toBe(tolerances[tolerances.length - 1]);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
    expect(effectiveSampleSize).toBeCloseTo(1 / weights.reduce((sum, weight) => sum + weight ** 2, 0), 8);
    expect(effectiveSampleSize).toBeGreaterThan(200);
    const { mean: at, std } = await moments(posterior);
    const allowed = 4 * exact.std[0] * Math.sqrt(1 / effectiveSampleSize + 1 / 4000) + tolerance ** 2 / 2;
    for (const k of [0, 1]) {
      expect(Math.abs(at[k] - exact.mean[k])).toBeLessThan(allowed);
      expect(Math.abs(std[k] - exact.std[k])).toBeLessThan(allowed);
    }
  });

  it('weighs particles by the prior, and so finds a posterior that the proposals are wider than', async () => {
    // a narrow prior and data that say little: proposals are three times as wide as the posterior in variance
    const model = gaussianLinear([25], [1]);
    const posterior = await run(model, [[0]], { calls: 20_000, particles: 500 });
    const { effectiveSampleSize } = posterior;
    const { std } = await moments(posterior);
    const { std: right } = exactMoments(model, [[0]]);
    expect(Math.abs(std[0] - right[0])).toBeLessThan(4 * right[0] * Math.sqrt(0.5 / effectiveSampleSize + 0.5 / 4000));
  });

  it('makes all of its calls and no more, however they fall into populations', async () => {
    for (const calls of [100, 377, 500, 1000, 1111]) {
      const { simulator, calls: made } = counting(task.simulator as Simulator);
      const { populations } = await run({ prior: task.prior, simulator }, xObs, { calls });
      expect(made()).toBe(calls);
      expect(populations[populations.length - 1].calls).toBe(calls);
    }
  });

  it('is the same for the same seed, and another for another', async () => {
    const drawn = async (seed: number) => rowsOf((await run(task, xObs, { seed })).sample(20, { seed: 3 }));
    const first = await drawn(1);
    expect(await drawn(1)).toEqual(first);
    expect(await drawn(2)).not.toEqual(first);
  });

  it('goes on past invalid simulations where they may be dropped, and counts them as calls', async () => {
    const faulty = counting(([theta], rng) => {
      const x = theta + rng.normal(0, 0.5);
      if (theta > 1.5) throw new Error('out of order');
      return [theta < 0 ? NaN : x];
    });
    const model = { prior: normal({ mean: [0], std: [1] }), simulator: faulty.simulator };
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const posterior = await run(model, [[0]], { calls: 3000, invalid: 'drop' });
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringMatching(/^abc\.smc: \d+ of 3000 calls failed or gave no fin/),
    ]);
    expect(faulty.calls()).toBe(3000);
    const rows = await rowsOf(posterior.sample(1000, { seed: 1 }));
    expect(rows.every(([theta]) => theta >= 0 && theta <= 1.5)).toBe(true);
    await expect(run(model, [[0]])).rejects.toThrow(/NaN or infinite/);
    const throwing: Simulator = () => {
      throw new Error('out of order');
    };
    await expect(run({ ...model, simulator: throwing }, [[0]])).rejects.toThrow(SimulationError);
    const nothing: Model = { ...model, simulator: () => [NaN] };
    await expect(run(nothing, [[0]], { invalid: 'drop' })).rejects.toThrow(NonFiniteError);
    await expect(run(nothing, [[0]], { invalid: 'drop' })).rejects.toThrow(/0 of 500 draws of the prior gave finite/);
  });

  it('hands over the last whole population when it is interrupted', async () => {
    const controller = new AbortController();
    let calls = 0;
    const simulator: Simulator = (theta, rng) => {
      if (++calls === 1500) controller.abort();
      return (task.simulator as Simulator)(theta, rng);
    };
    const stopped = await run({ prior: task.prior, simulator }, xObs, { signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    expect(stopped).toBeInstanceOf(InterruptedError);
    const { message, partial } = stopped as InterruptedError<Awaited<ReturnType<typeof run>>>;
    expect(message).toMatch(/stopped after \d+ of 4000 calls; error\.partial/);
    expect(partial!.populations.length).toBeGreaterThan(1);
    expect(await rowsOf(partial!.sample(10, { seed: 1 }))).toHaveLength(10);
    const early = run(task, xObs, { signal: AbortSignal.abort() });
    await expect(early).rejects.toThrow(/before the end of the first population/);
  });

  it('ends where no tolerance can fall, as with data that are counts', async () => {
    const model: Model = {
      prior: uniform({ lower: [0], upper: [1] }),
      simulator: ([p], rng) => [rng.uniform() < p ? 1 : 0],
    };
    const posterior = await run(model, [[1]], { particles: 300 });
    expect(posterior.tolerance).toBe(0);
    // Beta(2, 1)
    const { mean: at } = await moments(posterior);
    const error = Math.sqrt(1 / 18) * Math.sqrt(1 / posterior.effectiveSampleSize + 1 / 4000);
    expect(Math.abs(at[0] - 2 / 3)).toBeLessThan(4 * error);
  });

  it('refuses what it cannot do, with one call at most', async () => {
    const { simulator, calls } = counting(task.simulator as Simulator);
    const model = { prior: task.prior, simulator };
    const refused = (message: RegExp, options: object, observed = xObs) =>
      expect(run(model, observed, options)).rejects.toThrow(message);
    await refused(/calls: expected at least 100, the particles of a population, received 50/, { calls: 50 });
    await refused(/calls: expected a positive whole number/, { calls: 0 });
    await refused(/particles: expected a whole number of at least 4, received 3/, { particles: 3 });
    await refused(/quantile: expected a share between 0 and 1, received 1/, { quantile: 1 });
    await refused(/seed: expected a finite number/, { seed: NaN });
    await refused(/invalid: expected refuse or drop/, { invalid: 'keep' });
    await refused(/regression: expected none or linear/, { regression: 'local' });
    await refused(/expected one observation \[1, L\]/, {}, [...xObs, ...xObs]);
    expect(calls()).toBe(0);
    await refused(/xObs: expected 2 values, as simulated, received 3/, {}, [[1, 2, 3]]);
    expect(calls()).toBe(1);
    await expect(abc.smc(undefined as never, xObs, { calls: 500, seed: 1 })).rejects.toThrow(InvalidInputError);
  });

  it('frees all it made', async () => {
    const before = tf.memory().numTensors;
    const posterior = await run(halfBounded, [[0, 1]], { regression: 'linear', smoothing: 'kernel' });
    (await posterior.sample(10, { seed: 1 })).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  describe('its posterior', () => {
    let posterior: Posterior;
    it('is made', async () => {
      posterior = await run(halfBounded, [[1.5, 0.3]], { regression: 'linear' });
    });
    posteriorLaws(() => posterior, laws);
  });
});
