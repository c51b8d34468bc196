import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../lib/core/errors';
import { installHost, silentHost } from '../../lib/core/host';
import { covariance, mean } from '../../lib/maths/moments';
import { diffusedTarget, type ComposedScore } from '../../lib/compose/composed-score';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { gaussianTransitions } from '../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../lib/samplers/predictor-corrector';
import { samplingProgram } from '../../lib/samplers/sample';
import { annealedLangevin } from '../../lib/samplers/annealed-langevin';
import { progressOf } from '../progress-of';
import { gaussianCase } from './exact-target';

const levels = vpLevels({ count: 40 });
const { composed } = gaussianCase(
  [
    [0.5, -0.5],
    [1, 0],
  ],
  [
    [1, 0.3],
    [0.3, 0.5],
  ],
);
const size = { n: composed.n, dim: composed.dim };
const quiet = { progress: false };
const programOf = (target: ComposedScore, sampler = gaussianTransitions()) =>
  samplingProgram(sampler, { levels }, (_: tf.Tensor) => target);

/** Runs `work` with a context tensor and checks that it leaves nothing behind. */
async function withoutLeak(work: (context: tf.Scalar) => Promise<void>): Promise<void> {
  const before = tf.memory().numTensors;
  const context = tf.scalar(0);
  await work(context);
  context.dispose();
  expect(tf.memory().numTensors).toBe(before);
}

describe('samplingProgram', () => {
  it('gives the same draws for the same seed, others for another, and leaves no tensor', async () => {
    await withoutLeak(async (context) => {
      const program = programOf(composed, predictorCorrector());
      const draws: number[][] = [];
      for (const seed of [1, 1, 2]) {
        const theta = await program.sample(context, size, 300, { seed, ...quiet });
        expect(theta.shape).toEqual([300, 2]);
        draws.push(Array.from(theta.dataSync()));
        theta.dispose();
      }
      expect(draws[1]).toEqual(draws[0]);
      expect(draws[2]).not.toEqual(draws[0]);
      program.dispose();
    });
  });

  it('does not depend on how many levels fit into a call', async () => {
    const clock = vi.spyOn(performance, 'now');
    try {
      const draws: number[][] = [];
      // a clock that stands still makes the calls as long as they can be, one that jumps a second a look one level long
      for (const jump of [0, 1000]) {
        let time = 0;
        clock.mockImplementation(() => (time += jump));
        await withoutLeak(async (context) => {
          const program = programOf(composed, predictorCorrector());
          const theta = await program.sample(context, size, 10, { seed: 1, ...quiet });
          draws.push(Array.from(theta.dataSync()));
          theta.dispose();
          program.dispose();
        });
      }
      expect(draws[1]).toEqual(draws[0]);
    } finally {
      clock.mockRestore();
    }
  });

  it('draws fewer samples than a corrector needs particles, with the same first ones', async () => {
    await withoutLeak(async (context) => {
      const program = programOf(composed, predictorCorrector());
      const rows: number[][][] = [];
      for (const count of [1, 5, 256]) {
        const theta = await program.sample(context, size, count, { seed: 3, ...quiet });
        rows.push(theta.arraySync());
        theta.dispose();
      }
      expect(rows.map((each) => each.length)).toEqual([1, 5, 256]);
      expect(rows[0]).toEqual(rows[2].slice(0, 1));
      expect(rows[1]).toEqual(rows[2].slice(0, 5));
      program.dispose();
    });
  });

  it('draws more than one pass of 16,384 without repeating itself', async () => {
    const target = gaussianCase([[0.5]], [[1]]);
    await withoutLeak(async (context) => {
      const program = programOf(target.composed);
      const theta = await program.sample(context, { n: 1, dim: 1 }, 20_001, { seed: 1, ...quiet });
      expect(theta.shape).toEqual([20_001, 1]);
      const rows = theta.arraySync();
      expect(new Set(rows.map(([value]) => value)).size).toBeGreaterThan(19_900);
      // 40 levels: a bias of .02 standard deviations and 4% of the variance is allowed
      expect(Math.abs(mean(rows)[0] - target.mean[0]) / Math.sqrt(target.covariance[0][0])).toBeLessThan(
        4 / Math.sqrt(20_000) + 0.02,
      );
      expect(Math.abs(covariance(rows)[0][0] / target.covariance[0][0] - 1)).toBeLessThan(
        4 * Math.sqrt(2 / 20_000) + 0.04,
      );
      theta.dispose();
      program.dispose();
    });
  });

  it('refuses 0, -1, 1.5 and NaN samples', async () => {
    await withoutLeak(async (context) => {
      const program = programOf(composed);
      for (const samples of [0, -1, 1.5, NaN])
        await expect(program.sample(context, size, samples, { seed: 1, ...quiet })).rejects.toThrow(InvalidInputError);
      await expect(program.sample(context, size, 1, { seed: NaN, ...quiet })).rejects.toThrow(/seed/);
      program.dispose();
    });
  });

  it('stops at a score that is NaN for one particle only, naming the level', async () => {
    await withoutLeak(async (context) => {
      const failing: ComposedScore = {
        ...composed,
        // NaN below half time wherever theta_0 exceeds 1, for a few particles
        observations: (theta, level) =>
          tf.add(
            composed.observations(theta, level),
            tf.sqrt(tf.neg(tf.relu(tf.mul(tf.sub(theta, 1), tf.relu(tf.sub(0.5, level.t)))))),
          ) as tf.Tensor2D,
      };
      const program = programOf(failing);
      const error = await program.sample(context, size, 300, { seed: 1, ...quiet }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NonFiniteError);
      expect((error as Error).message).toMatch(
        /gaussianTransitions diverged at level \d+ of 40: particle \d+ came to \[.*NaN.*\]/,
      );
      program.dispose();
    });
  });

  it.each([0, 1000])(
    'names the level and the Langevin step at which the score fails, calls of any length (%i)',
    async (jump) => {
      // a score that pulls to zero, but at level 25 of 40 pushes away a thousand times as hard
      const failing = diffusedTarget(2, (theta, level) => {
        const isThere = tf.less(tf.abs(tf.sub(level.t, 25 / 40)), 1e-3);
        const isBefore = tf.greater(level.t, 25 / 40 + 1e-3);
        const pull = tf.where(isBefore, tf.neg(theta), tf.mul(1e3, theta));
        return tf.where(tf.logicalOr(isBefore, isThere), pull, tf.neg(theta)) as tf.Tensor2D;
      });
      const clock = vi.spyOn(performance, 'now');
      let time = 0;
      clock.mockImplementation(() => (time += jump));
      try {
        await withoutLeak(async (context) => {
          const program = programOf(failing, annealedLangevin({ steps: 6, stepSize: 0.05 }));
          const error = await program
            .sample(context, { n: 1, dim: 2 }, 256, { seed: 1, ...quiet })
            .catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(NonFiniteError);
          const found =
            /annealedLangevin\(6,0.05\) diverged at level 25 of 40, Langevin step (\d) of 6: particle \d+ came to \[/.exec(
              (error as Error).message,
            );
          // each step multiplies the particles, at most about 4 wide, by 1 + 500 delta
          const levelBeta = 1 - levels.alpha[25];
          const factor = 1 + (500 * 0.05 * levelBeta) / Math.sqrt(levels.alpha[25]);
          const fewest = Math.log(1e4 / 6) / Math.log(factor);
          expect(Number(found?.[1])).toBeGreaterThanOrEqual(Math.ceil(fewest));
          expect(Number(found?.[1])).toBeLessThanOrEqual(Math.ceil(Math.log(1e4 / 2) / Math.log(factor)));
          program.dispose();
        });
      } finally {
        clock.mockRestore();
      }
    },
  );

  it('stops where Langevin steps explode, at the first of them', async () => {
    await withoutLeak(async (context) => {
      const program = programOf(composed, annealedLangevin({ steps: 20, stepSize: 1e9 }));
      await expect(program.sample(context, size, 10, { seed: 1, ...quiet })).rejects.toThrow(NonFiniteError);
      await expect(program.sample(context, size, 10, { seed: 1, ...quiet })).rejects.toThrow(
        /at level 39 of 40, Langevin step 1 of 20.*predictorCorrector\(\)/s,
      );
      program.dispose();
    });
  });

  it('hands on what the score throws', async () => {
    await withoutLeak(async (context) => {
      const program = programOf({
        ...composed,
        observations: () => {
          throw new Error('no score');
        },
      });
      await expect(program.sample(context, size, 10, { seed: 1, ...quiet })).rejects.toThrow('no score');
      program.dispose();
    });
  });

  it('hears an AbortSignal and the host, and can draw again after', async () => {
    await withoutLeak(async (context) => {
      const program = programOf(composed);
      const controller = new AbortController();
      controller.abort();
      await expect(program.sample(context, size, 10, { seed: 1, signal: controller.signal, ...quiet })).rejects.toThrow(
        InterruptedError,
      );
      const before = installHost({ ...silentHost, onInterrupt: (callback) => (queueMicrotask(callback), () => {}) });
      try {
        await expect(program.sample(context, size, 10, { seed: 1 })).rejects.toThrow(/interrupted at level \d+ of 40/);
      } finally {
        installHost(before);
      }
      (await program.sample(context, size, 10, { seed: 1, ...quiet })).dispose();
      program.dispose();
    });
  });

  it('reports its progress level by level, over all passes', async () => {
    const { total, seen } = await progressOf(async () => {
      await withoutLeak(async (context) => {
        const program = programOf(composed);
        (await program.sample(context, size, 17_000, { seed: 1 })).dispose();
        program.dispose();
      });
    });
    expect(total).toBe(2 * 39);
    expect(seen.at(-1)).toBe(total);
    expect(seen.every((done, i) => i === 0 || done > seen[i - 1])).toBe(true);
  });
});
