import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import type { LogDensity } from '../../lib/distributions/log-density';
import { GraphError } from '../../lib/graph/graph-error';
import { currentRecording } from '../../lib/graph/recording';
import { hmc } from '../../lib/mcmc/hmc';
import { randomWalkMetropolis } from '../../lib/mcmc/random-walk-metropolis';
import { chainProgram, sampleChains, type ChainOptions } from '../../lib/mcmc/sample-chains';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { unnormalisedPosterior } from '../../lib/tasks/unnormalised-posterior';
import { estimate } from './chains-of';

type Observed = { readonly x: tf.Tensor2D };

const task = gaussianLinear([0.5, 1]);
const observed = [1, 2, 3].map((seed) => drawObservations(task, 4, seed).xObs);
const quick: ChainOptions = {
  initial: task.prior,
  chains: 6,
  warmup: 32,
  draws: 10,
  seed: 1,
  progress: false,
  limits: { rHat: Infinity, ess: 1 },
};

/** The posteriors of the task, with a count of how often one of its functions is recorded into a graph. */
function counted(): { density: LogDensity<Observed>; recorded: () => number } {
  const family = unnormalisedPosterior(task);
  let recorded = 0;
  const count = (): void => void (recorded += currentRecording() ? 1 : 0);
  const density: LogDensity<Observed> = {
    ...family,
    logProb: (theta, context) => (count(), family.logProb(theta, context)),
    score: (theta, context) => (count(), family.score(theta, context)),
  };
  return { density, recorded: () => recorded };
}

/** The draws given observations, of a program or of the one-shot face. */
async function rowsGiven(
  xObs: number[][],
  run: (context: Observed) => Promise<{ samples: tf.Tensor2D }>,
): Promise<number[][]> {
  const x = tf.tensor2d(xObs);
  try {
    const { samples } = await run({ x });
    const rows = samples.arraySync();
    samples.dispose();
    return rows;
  } finally {
    x.dispose();
  }
}

describe('chainProgram', () => {
  it('is compiled once for all observations, seeds, and numbers of draws, which sampleChains is not', async () => {
    const { density, recorded } = counted();
    const program = chainProgram(density, hmc());
    await rowsGiven(observed[0], (context) => program.run(context, quick));
    const once = recorded();
    expect(once).toBeGreaterThan(0);
    for (const xObs of observed) {
      await rowsGiven(xObs, (context) => program.run(context, quick));
      await rowsGiven(xObs, (context) => program.run(context, { ...quick, draws: 80, warmup: 40, thin: 3, seed: 2 }));
    }
    expect(recorded()).toBe(once);
    program.dispose();
    await rowsGiven(observed[0], (context) => sampleChains(density, hmc(), { ...quick, context }));
    expect(recorded()).toBe(2 * once);
  });

  it('draws what sampleChains draws, with the observations as context or fixed in the density', async () => {
    const family = unnormalisedPosterior(task);
    const kernel = randomWalkMetropolis();
    const program = chainProgram(family, kernel);
    await rowsGiven(observed[0], (context) => program.run(context, quick));
    const [, xObs] = observed;
    const rows = await rowsGiven(xObs, (context) => program.run(context, quick));
    program.dispose();
    expect(await rowsGiven(xObs, (context) => sampleChains(family, kernel, { ...quick, context }))).toEqual(rows);
    const fixed = unnormalisedPosterior(task, xObs);
    expect(await rowsGiven(xObs, () => sampleChains(fixed, kernel, quick))).toEqual(rows);
  });

  it('samples the conjugate posterior of each context, within four standard errors', async () => {
    const program = chainProgram(unnormalisedPosterior(task), hmc());
    const options = { ...quick, chains: 24, warmup: 160, draws: 150 };
    for (const xObs of observed) {
      const { mean, covariance } = task.exactPosterior(xObs);
      const rows = await rowsGiven(xObs, (context) => program.run(context, options));
      for (const i of [0, 1]) {
        const first = estimate(rows, 24, (row) => row[i]);
        expect(Math.abs(first.mean - mean[i]) / first.error, `mean ${i}`).toBeLessThan(4);
        const second = estimate(rows, 24, (row) => (row[i] - mean[i]) ** 2);
        expect(Math.abs(second.mean - covariance[i][i]) / second.error, `variance ${i}`).toBeLessThan(4);
      }
    }
    program.dispose();
    // the posteriors are too far from each other to be taken for one another
    const [a, b] = observed.map((xObs) => task.exactPosterior(xObs));
    expect(Math.abs(a.mean[0] - b.mean[0]) / Math.sqrt(a.covariance[0][0])).toBeGreaterThan(1);
  });

  it('takes another number of observations and of chains, and a density without context', async () => {
    const program = chainProgram(unnormalisedPosterior(task), randomWalkMetropolis());
    const [xObs] = observed;
    for (const [n, chains] of [
      [1, 6],
      [4, 3],
    ]) {
      const rows = await rowsGiven(xObs.slice(0, n), (context) => program.run(context, { ...quick, chains }));
      expect(rows).toHaveLength(10 * chains);
      const fixed = unnormalisedPosterior(task, xObs.slice(0, n));
      const again = chainProgram(fixed, randomWalkMetropolis());
      expect(await rowsGiven(xObs, () => again.run(undefined, { ...quick, chains }))).toEqual(rows);
      again.dispose();
    }
    program.dispose();
  });

  it('leaves no tensor but its samples, and keeps the context', async () => {
    const before = tf.memory().numTensors;
    const x = tf.tensor2d(observed[0]);
    const program = chainProgram(unnormalisedPosterior(task), hmc());
    for (const seed of [1, 2]) {
      const { samples } = await program.run({ x }, { ...quick, seed });
      expect(tf.memory().numTensors).toBe(before + 2);
      samples.dispose();
    }
    await expect(program.run({ x }, { ...quick, signal: AbortSignal.abort() })).rejects.toThrow(/interrupted/);
    program.dispose();
    expect(x.isDisposed).toBe(false);
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('does not run after its dispose', async () => {
    const before = tf.memory().numTensors;
    const program = chainProgram(unnormalisedPosterior(task), hmc());
    program.dispose();
    await expect(rowsGiven(observed[0], (context) => program.run(context, quick))).rejects.toThrow(GraphError);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a context that is not made of tensors, and bad options, before it works', async () => {
    const program = chainProgram(unnormalisedPosterior(task), hmc());
    const numbers = { x: observed[0] } as unknown as Observed;
    await expect(program.run(numbers, quick)).rejects.toThrow(/context\.x.*expected a tensor/);
    await expect(program.run(numbers, { ...quick, draws: 0 })).rejects.toThrow(InvalidInputError);
    await expect(rowsGiven([[1, 2, 3]], (context) => program.run(context, quick))).rejects.toThrow(
      /x: expected rows of 2/,
    );
    program.dispose();
  });

  it('refuses a missing context at compile time', () => {
    const family = unnormalisedPosterior(task);
    const misuse = [
      // @ts-expect-error a family needs a context
      () => sampleChains(family, hmc(), quick),
      // @ts-expect-error of its own form
      () => sampleChains(family, hmc(), { ...quick, context: { y: tf.zeros([1, 2]) } }),
      // @ts-expect-error and so does its program
      () => chainProgram(family, hmc()).run(undefined, quick),
    ];
    expect(misuse).toHaveLength(3);
  });
});
