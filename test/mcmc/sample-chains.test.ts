import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../lib/core/errors';
import { installHost, silentHost } from '../../lib/core/host';
import type { LogDensity } from '../../lib/distributions/log-density';
import { normal } from '../../lib/distributions/normal';
import { uniform } from '../../lib/distributions/uniform';
import { hmc } from '../../lib/mcmc/hmc';
import { randomWalkMetropolis } from '../../lib/mcmc/random-walk-metropolis';
import { sampleChains, type ChainOptions } from '../../lib/mcmc/sample-chains';
import { sliceSampling } from '../../lib/mcmc/slice-sampling';
import { tempered } from '../../lib/mcmc/tempered';
import { warmUpWindows } from '../../lib/mcmc/warm-up';
import { progressOf } from '../progress-of';
import { estimate } from './chains-of';

const target = normal({ mean: [1, -1], std: [1, 2] });
const prior = normal({ mean: [0, 0], std: 2 });
const quick = {
  initial: prior,
  chains: 6,
  warmup: 32,
  draws: 20,
  seed: 1,
  progress: false,
  limits: { rHat: 10, ess: 1 },
};

async function draws(density: LogDensity, options: Partial<ChainOptions> = {}, kernel = randomWalkMetropolis()) {
  const { samples } = await sampleChains(density, kernel, { ...quick, ...options });
  const rows = samples.arraySync();
  samples.dispose();
  return rows;
}

async function withoutLeak(work: () => Promise<unknown>): Promise<void> {
  const before = tf.memory().numTensors;
  await work();
  expect(tf.memory().numTensors).toBe(before);
}

describe('sampleChains', () => {
  it.each([
    ['hmc', hmc()],
    ['sliceSampling', sliceSampling()],
    ['tempered randomWalkMetropolis', tempered(randomWalkMetropolis(), { temperatures: [1, 3] })],
  ])('gives the same samples for the same seed, and leaves no tensor: %s', async (_, kernel) => {
    await withoutLeak(async () => {
      const found: number[][][] = [];
      for (const seed of [1, 1, 2])
        found.push(await draws(target, { seed }, kernel as ReturnType<typeof sliceSampling>));
      expect(found[0]).toHaveLength(120);
      expect(found[1]).toEqual(found[0]);
    });
  });

  it('does not depend on how many transitions fit into a call', async () => {
    const clock = vi.spyOn(performance, 'now');
    try {
      const found: number[][][] = [];
      for (const jump of [0, 1000]) {
        let time = 0;
        clock.mockImplementation(() => (time += jump));
        found.push(await draws(target, { thin: 2, draws: 80 }));
      }
      expect(found[1]).toEqual(found[0]);
    } finally {
      clock.mockRestore();
    }
  });

  it('starts at the rows given, one chain for each, and keeps them without warm-up and with one draw', async () => {
    const initial = [
      [3, 4],
      [-3, 0],
      [0.5, 0.5],
    ];
    const rows = await draws(target, { initial, chains: undefined, warmup: 0, draws: 1 });
    expect(rows).toHaveLength(3);
    expect(await draws(target, { initial, chains: undefined, warmup: 0, draws: 1, seed: 2 })).not.toEqual(rows);
    rows.forEach((row, c) => expect(Math.hypot(row[0] - initial[c][0], row[1] - initial[c][1])).toBeLessThan(12));
    const tensor = tf.tensor2d(initial);
    expect(await draws(target, { initial: tensor, warmup: 0, draws: 1, chains: 3 })).toEqual(rows);
    tensor.dispose();
  });

  it('works with one chain, and with one dimension', async () => {
    expect(await draws(target, { chains: 1 })).toHaveLength(20);
    const line = normal({ mean: [0], std: 1 });
    expect((await draws(line, { initial: line }, hmc() as never))[0]).toHaveLength(1);
  });

  it('keeps samples within the support of the density, with the right law up to its walls', async () => {
    const box = uniform({ lower: [0, -1], upper: [1, 3] });
    // Beta(3, 1) in the first parameter, uniform in the second
    const density: LogDensity = {
      dim: 2,
      support: box.support,
      logProb: (theta) => tf.mul(2, tf.log(tf.slice(theta, [0, 0], [-1, 1]))),
      score: (theta) => tf.mul(tf.tensor2d([[2, 0]]), tf.div(1, theta)) as tf.Tensor2D,
    };
    for (const kernel of [hmc(), sliceSampling()]) {
      const options = { initial: box, chains: 20, warmup: 100, draws: 150 };
      const rows = await draws(density, options, kernel as ReturnType<typeof sliceSampling>);
      for (const [a, b] of rows) expect(a > 0 && a < 1 && b > -1 && b < 3).toBe(true);
      const expected: [(row: number[]) => number, number][] = [
        [([a]) => a, 3 / 4],
        [([a]) => a * a, 3 / 5],
        [([, b]) => b, 1],
        [([, b]) => (b - 1) ** 2, 4 / 3],
      ];
      for (const [value, exact] of expected) {
        const { mean, error } = estimate(rows, 20, value);
        expect(Math.abs(mean - exact) / error).toBeLessThan(4);
      }
    }
    await expect(draws(density, { initial: [[2, 0]], chains: 1 })).rejects.toThrow(
      /within the support.*\[2, 0\] in row 0/s,
    );
  });

  it('counts divergent transitions, rejects them and says so', async () => {
    // NaN beyond 1: half of the law cannot be followed
    const cliff: LogDensity = {
      dim: 1,
      logProb: (theta) => tf.where(tf.less(theta, 1), tf.mul(-0.5, tf.square(theta)), tf.fill(theta.shape, NaN)),
      score: (theta) => tf.neg(theta),
    };
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const run = await sampleChains(cliff, hmc(), { ...quick, initial: [[0], [-1], [0.5]], chains: 3 });
      expect(run.divergences).toBeGreaterThan(0);
      expect(run.warnings.join()).toMatch(/of 60 transitions diverged/);
      expect(warn).toHaveBeenCalledTimes(1);
      expect(Math.max(...run.samples.dataSync())).toBeLessThan(1);
      run.samples.dispose();
    } finally {
      warn.mockRestore();
    }
  });

  it('warns once where the chains have not mixed, and not at all where they have', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      await draws(target, { limits: undefined });
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0][0]).toMatch(/randomWalkMetropolis.*have not mixed.*run longer/);
      warn.mockClear();
      const { mixed, rHat, ess, essTail, samples } = await sampleChains(target, hmc(), {
        ...quick,
        chains: 16,
        warmup: 160,
        draws: 300,
        limits: undefined,
      });
      samples.dispose();
      expect(mixed).toBe(true);
      expect([rHat, ess, essTail].map((each) => each.length)).toEqual([2, 2, 2]);
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
    }
  });

  it('names the initial row where the density or its score is not finite', async () => {
    const initial = [
      [1, 1],
      [-1, 1],
      [1, 2],
    ];
    const logarithm: LogDensity = {
      dim: 2,
      logProb: (theta) => tf.sum(tf.log(theta), 1),
      score: (theta) => tf.div(1, theta) as tf.Tensor2D,
    };
    const steep: LogDensity = { ...target, score: (theta) => tf.sqrt(theta) as tf.Tensor2D };
    await withoutLeak(async () => {
      for (const density of [logarithm, steep]) {
        await expect(draws(density, { initial, chains: undefined })).rejects.toThrow(NonFiniteError);
        await expect(draws(density, { initial, chains: 3 })).rejects.toThrow(/row 1 of initial, \[-1, 1\]/);
      }
    });
  });

  it.each<[string, Partial<ChainOptions>]>([
    ['chains', { chains: 0 }],
    ['chains', { chains: 1.5 }],
    ['warmup', { warmup: -1 }],
    ['draws', { draws: 0 }],
    ['thin', { thin: 0 }],
    ['seed', { seed: NaN }],
    ['initial', { initial: [[1, 2, 3]], chains: undefined }],
    ['initial', { initial: [[1, 2]], chains: 2 }],
    ['initial', { initial: [], chains: undefined }],
    ['initial', { initial: [[1, NaN]], chains: undefined }],
    ['initial', { initial: normal({ mean: [0, 0, 0] }) }],
  ])('refuses bad %s, %o', async (name, options) => {
    await withoutLeak(async () => {
      await expect(draws(target, options)).rejects.toThrow(InvalidInputError);
      await expect(draws(target, options)).rejects.toThrow(new RegExp(name));
    });
  });

  it('hears an AbortSignal and the host, in warm-up and in the draws, and leaves no tensor', async () => {
    await withoutLeak(async () => {
      const controller = new AbortController();
      controller.abort();
      await expect(draws(target, { signal: controller.signal })).rejects.toThrow(InterruptedError);
      await expect(draws(target, { signal: controller.signal })).rejects.toThrow(/transition 1 of 32 of warm-up/);
      await expect(draws(target, { signal: controller.signal, warmup: 0 })).rejects.toThrow(/after 1 of 20 draws/);
      const before = installHost({ ...silentHost, onInterrupt: (callback) => (queueMicrotask(callback), () => {}) });
      try {
        await expect(draws(target, { progress: true })).rejects.toThrow(InterruptedError);
      } finally {
        installHost(before);
      }
    });
  });

  it('reports its progress over warm-up and draws', async () => {
    const { total, seen } = await progressOf(async () => {
      await draws(target, { progress: true, thin: 2 });
    });
    expect(total).toBe(32 + 2 * 20);
    expect(seen.at(-1)).toBe(total);
    expect(seen.every((done, i) => i === 0 || done > seen[i - 1])).toBe(true);
  });
});

describe('warmUpWindows', () => {
  it('adds up to the whole warm-up', () => {
    for (const warmup of [0, 1, 15, 16, 17, 100, 1000])
      expect(warmUpWindows(warmup).reduce((sum, length) => sum + length, 0)).toBe(warmup);
    expect(warmUpWindows(320)).toEqual([20, 40, 80, 140, 40]);
  });
});
