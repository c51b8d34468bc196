import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { diffusedTarget } from '../../lib/compose/composed-score';
import { InterruptedError, InvalidInputError } from '../../lib/core/errors';
import { vpLinear } from '../../lib/diffusion/vp';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { covariance, mean } from '../../lib/maths/moments';
import { adaptiveFlow } from '../../lib/samplers/adaptive-flow';
import { annealedLangevin } from '../../lib/samplers/annealed-langevin';
import { dpmSolver } from '../../lib/samplers/dpm-solver';
import { saSolver } from '../../lib/samplers/sa-solver';
import { eulerMaruyama } from '../../lib/samplers/euler-maruyama';
import { gaussianTransitions } from '../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../lib/samplers/predictor-corrector';
import { probabilityFlow } from '../../lib/samplers/probability-flow';
import { samplingProgram, type SamplingProgram } from '../../lib/samplers/sample';
import { requireIndependent, sampleEach } from '../../lib/samplers/sample-each';
import type { Sampler } from '../../lib/samplers/sampler';
import { progressOf } from '../progress-of';

const dim = 2;
const schedule = { diffusion: vpLinear(), levels: vpLevels({ count: 200 }) };
const quiet = { progress: false };

/** Each particle's own N(mean, std^2 I), means [B, 2] and standard deviations [B, 1]. */
type Own = { readonly means: tf.Tensor2D; readonly stds: tf.Tensor2D };
const programOf = (sampler: Sampler): SamplingProgram<Own> =>
  samplingProgram(sampler, schedule, ({ means, stds }: Own) =>
    diffusedTarget(dim, (theta, { meanCoeff, std }) => {
      const variance = tf.add(tf.square(tf.mul(meanCoeff, stds)), tf.square(std));
      return tf.div(tf.sub(tf.mul(meanCoeff, means), theta), variance) as tf.Tensor2D;
    }),
  );

/**
 * The targets: number k of five has its mean at (k - 2, 1 - k) / 2 and the standard deviation (k + 1) / 5, each many
 * times.
 */
const kinds = 5;
const meanOf = (k: number): [number, number] => [(k - 2) / 2, (1 - k) / 2];
const stdOf = (k: number): number => (k + 1) / 5;
const own =
  (each: number) =>
  (start: number, count: number): Own => {
    const numbers = Array.from({ length: count }, (_, i) => Math.floor((start + i) / each));
    return { means: tf.tensor2d(numbers.map(meanOf)), stds: tf.tensor2d(numbers.map((k) => [stdOf(k)])) };
  };

/** The draws, `each` for a target, and that nothing else is left. */
async function drawn(
  program: SamplingProgram<Own>,
  each: number,
  options: { seed: number; signal?: AbortSignal; progress?: boolean } = { seed: 1 },
): Promise<number[][]> {
  const before = tf.memory().numTensors;
  const targets = { rows: kinds * each, dim, own: own(each), context: (some: Own) => some };
  try {
    const theta = await sampleEach(program, targets, { ...quiet, ...options });
    const rows = theta.arraySync();
    theta.dispose();
    return rows;
  } finally {
    expect(tf.memory().numTensors).toBe(before);
  }
}

describe('sampleEach', () => {
  it.each(
    [
      dpmSolver(),
      saSolver(),
      probabilityFlow(),
      adaptiveFlow({ maxSteps: 100 }),
      eulerMaruyama(),
      gaussianTransitions(),
    ].map((sampler) => [sampler.id, sampler] as const),
  )('draws each particle from its own target: %s', async (_, sampler) => {
    const each = 1500;
    const program = programOf(sampler);
    const rows = await drawn(program, each);
    program.dispose();
    expect(rows.length).toBe(kinds * each);
    for (let k = 0; k < kinds; k++) {
      const some = rows.slice(k * each, (k + 1) * each);
      // 4 standard errors, and what 200 steps leave: .01 standard deviations, 3% of the variance
      mean(some).forEach((value, i) =>
        expect(Math.abs(value - meanOf(k)[i]) / stdOf(k)).toBeLessThan(4 / Math.sqrt(each) + 0.01),
      );
      covariance(some).forEach((row, i) =>
        expect(Math.abs(row[i] / stdOf(k) ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / each) + 0.03),
      );
    }
  });

  it('draws more than one pass of 10,000, of one size, without repeating itself', async () => {
    const each = 4001;
    const sizes: number[] = [];
    const program = programOf(dpmSolver({ steps: 10 }));
    const watched: SamplingProgram<Own> = {
      ...program,
      sample: (context, target, samples, options) => {
        sizes.push(samples);
        expect(context.means.shape).toEqual([samples, dim]);
        return program.sample(context, target, samples, options);
      },
    };
    const rows = await drawn(watched, each);
    program.dispose();
    expect(sizes).toEqual([10_000, 10_000, 10_000]);
    expect(rows.length).toBe(kinds * each);
    expect(new Set(rows.map(([value]) => value)).size).toBeGreaterThan(kinds * each - 50);
    // rows stay in their order: the last one of each target is its own
    for (let k = 0; k < kinds; k++)
      mean(rows.slice(k * each, (k + 1) * each)).forEach((value, i) =>
        expect(Math.abs(value - meanOf(k)[i]) / stdOf(k)).toBeLessThan(4 / Math.sqrt(each) + 0.05),
      );
  });

  it('gives the same draws for the same seed, and others for another', async () => {
    const program = programOf(dpmSolver({ steps: 5 }));
    const [a, b, c] = [await drawn(program, 3), await drawn(program, 3), await drawn(program, 3, { seed: 2 })];
    program.dispose();
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  it('hears an interrupt, shows its progress in rows, and leaves nothing where a score throws', async () => {
    const program = programOf(dpmSolver({ steps: 5 }));
    await expect(drawn(program, 3, { seed: 1, signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
    const { total, seen } = await progressOf(async () => {
      await drawn(program, 3000, { seed: 1, progress: true });
    });
    expect([total, ...seen]).toEqual([15_000, 10_000, 15_000]);
    program.dispose();
    const failing = samplingProgram(dpmSolver(), schedule, (_: Own) =>
      diffusedTarget(dim, () => {
        throw new Error('no score');
      }),
    );
    await expect(drawn(failing, 3)).rejects.toThrow('no score');
    failing.dispose();
  });
});

describe('requireIndependent', () => {
  it('refuses a sampler that takes statistics over its particles, naming those that do not', () => {
    const refused = (sampler: Sampler) => expect(() => requireIndependent('drawEach sampler', sampler));
    refused(predictorCorrector()).toThrow(InvalidInputError);
    refused(predictorCorrector()).toThrow(
      /drawEach sampler: expected a sampler whose particles are independent, received predictorCorrector\(1,1\).*dpmSolver\(\)/,
    );
    for (const sampler of [
      dpmSolver(),
      probabilityFlow(),
      adaptiveFlow(),
      eulerMaruyama(),
      gaussianTransitions(),
      annealedLangevin(),
    ])
      refused(sampler).not.toThrow();
  });
});
