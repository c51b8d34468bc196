import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { diffusedTarget, type ComposedScore } from '../../lib/compose/composed-score';
import { InvalidInputError } from '../../lib/core/errors';
import { gaussianScore } from '../../lib/diffusion/gaussian-score';
import { vpLinear } from '../../lib/diffusion/vp';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { adaptiveFlow } from '../../lib/samplers/adaptive-flow';
import { annealedLangevin } from '../../lib/samplers/annealed-langevin';
import { requireDiffused } from '../../lib/samplers/descent';
import { dpmSolver } from '../../lib/samplers/dpm-solver';
import { eulerMaruyama } from '../../lib/samplers/euler-maruyama';
import { gaussianTransitions } from '../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../lib/samplers/predictor-corrector';
import { probabilityFlow } from '../../lib/samplers/probability-flow';
import { saSolver } from '../../lib/samplers/sa-solver';
import { samplingProgram } from '../../lib/samplers/sample';
import type { NoiseSchedule, Sampler } from '../../lib/samplers/sampler';

const [diffusion, levels] = [vpLinear(), vpLevels({ count: 30 })];
const ofDiffusion = [eulerMaruyama(), probabilityFlow(), dpmSolver(), saSolver(), adaptiveFlow()];
const ofLevels = [annealedLangevin({ steps: 2 }), gaussianTransitions(), predictorCorrector()];
const named = (samplers: readonly Sampler[]) => samplers.map((sampler) => [sampler.id, sampler] as const);
const target = diffusedTarget(
  2,
  gaussianScore(
    [0.5, -1],
    [
      [1, 0.3],
      [0.3, 0.5],
    ],
  ),
);

async function draw(
  sampler: Sampler,
  schedule: Partial<NoiseSchedule>,
  samples: number,
  of: ComposedScore = target,
): Promise<number[][]> {
  const before = tf.memory().numTensors;
  const program = samplingProgram(sampler, schedule, (_: tf.Tensor) => of);
  const nothing = tf.scalar(0);
  const theta = await program.sample(nothing, of, samples, { seed: 3, progress: false });
  const rows = theta.arraySync();
  tf.dispose([theta, nothing]);
  program.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return rows;
}

describe('the schedule of a sampler', () => {
  it.each(named(ofDiffusion))('needs a diffusion, and no levels: %s', (_, sampler) => {
    for (const schedule of [{}, { levels }]) {
      expect(() => sampler.descend(schedule)).toThrow(InvalidInputError);
      expect(() => samplingProgram(sampler, schedule, () => target)).toThrow(
        `${sampler.id} schedule: expected a diffusion, received none. Pass { diffusion: vpLinear() }, say.`,
      );
    }
    expect(sampler.descend({ diffusion }).rounds).toBeGreaterThan(0);
    expect([sampler.needsDiffused, sampler.poolsParticles]).toEqual([true, false]);
  });

  it.each(named(ofLevels))('needs levels, and no diffusion: %s', (_, sampler) => {
    for (const schedule of [{}, { diffusion }]) {
      expect(() => sampler.descend(schedule)).toThrow(InvalidInputError);
      expect(() => samplingProgram(sampler, schedule, () => target)).toThrow(
        `${sampler.id} schedule: expected noise levels, received none. Pass { levels: vpLevels() }, say.`,
      );
    }
    expect(sampler.descend({ levels }).rounds).toBe(29);
    expect(sampler.needsDiffused).toBe(false);
    expect(sampler.poolsParticles).toBe(sampler.id.startsWith('predictorCorrector'));
  });
});

describe("a level sampler's own levels", () => {
  const own = vpLevels({ count: 12 });
  const makers = [
    (options: object) => annealedLangevin({ steps: 2, ...options }),
    gaussianTransitions,
    (options: object) => predictorCorrector(options),
  ];

  it('take the place of those of the schedule, and do without one', async () => {
    for (const make of makers) {
      expect(make({ levels: own }).descend({ levels }).rounds).toBe(11);
      const expected = await draw(make({}), { levels: own }, 5);
      expect(await draw(make({ levels: own }), { levels }, 5)).toEqual(expected);
      expect(await draw(make({ levels: own }), { diffusion }, 5)).toEqual(expected);
      expect(await draw(make({}), { levels }, 5)).not.toEqual(expected);
    }
  });

  it('are part of its id, so that no compiled sampler is taken for another', () => {
    for (const make of makers) {
      const ids = [undefined, own, vpLevels({ count: 13 }), vpLevels({ count: 12, schedule: (t) => (1 - t) ** 2 })].map(
        (levels) => make({ levels }).id,
      );
      expect(new Set(ids).size).toBe(4);
      expect(make({ levels: vpLevels({ count: 12 }) }).id).toBe(make({ levels: own }).id);
    }
  });
});

describe('draws of few samples', () => {
  /** A sampler that tells of how many particles its descents start. */
  function counting(sampler: Sampler): { sampler: Sampler; particles(): number } {
    let particles = 0;
    const descend: Sampler['descend'] = (schedule) => {
      const descent = sampler.descend(schedule);
      return { ...descent, start: (of, noise) => ((particles = noise.shape[0]), descent.start(of, noise)) };
    };
    return { sampler: { ...sampler, descend }, particles: () => particles };
  }

  it.each(named([...ofDiffusion.slice(0, 3), ...ofLevels.slice(0, 2)]))(
    'take no more particles where these are independent, and are the first of larger draws: %s',
    async (_, each) => {
      const { sampler, particles } = counting(each);
      const few = await draw(sampler, { diffusion, levels }, 3);
      expect(particles()).toBe(3);
      const many = await draw(sampler, { diffusion, levels }, 300);
      expect(particles()).toBe(300);
      // the same noises, whose products may be rounded otherwise in larger tables
      few.forEach((row, i) => row.forEach((value, k) => expect(Math.abs(value - many[i][k])).toBeLessThan(1e-4)));
    },
  );

  it("take as many as a corrector's statistics need, or a watch on steps that overshoot", async () => {
    for (const [each, of] of [
      [predictorCorrector(), target],
      [gaussianTransitions(), { ...target, n: 2 }],
    ] as const) {
      const { sampler, particles } = counting(each);
      expect((await draw(sampler, { levels }, 3, of)).length).toBe(3);
      expect(particles()).toBe(256);
    }
  });
});

describe('requireDiffused', () => {
  it('refuses what is composed of several observations, and says which samplers draw from it', () => {
    expect(() => requireDiffused(target, 'dpmSolver')).not.toThrow();
    expect(() => requireDiffused({ n: 3, isDiffused: false }, 'dpmSolver')).toThrow(InvalidInputError);
    expect(() => requireDiffused({ n: 3, isDiffused: false }, 'dpmSolver')).toThrow(
      /^dpmSolver: expected the score of a diffused posterior.*of 3 observations.*predictorCorrector\(\) and annealedLangevin\(\) draw from it/,
    );
  });

  it.each(named(ofDiffusion))('is asked by each reverse equation: %s', async (_, sampler) => {
    const program = samplingProgram(sampler, { diffusion }, (_: tf.Tensor) => ({ ...target, n: 2, isDiffused: false }));
    const nothing = tf.scalar(0);
    await expect(program.sample(nothing, { n: 2, dim: 2 }, 3, { seed: 1, progress: false })).rejects.toThrow(
      /composed of the scores of 2 observations/,
    );
    nothing.dispose();
    program.dispose();
  });
});
