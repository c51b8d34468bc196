import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InterruptedError, InvalidInputError } from '../../lib/core/errors';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { uniform } from '../../lib/distributions/uniform';
import type { Proposal } from '../../lib/contract/proposal';
import { proposalOf } from '../../lib/simulation/proposal';
import { simulate, type SimulateOptions } from '../../lib/simulation/simulate';
import type { Model } from '../../lib/simulation/model';
import { bytesOf, modelOf, selfContained } from '../tasks/fixtures';

const here = { seed: 1, workers: 0, progress: false } as const;
const narrow = proposalOf(normal({ mean: [3, -1], std: 0.1 }));

/** A proposal with these rows, whatever is asked for, and the calls that it got. */
function fixed(rows: number[][], dim = rows[0].length): Proposal & { calls: [number, { seed: number }][] } {
  const calls: [number, { seed: number }][] = [];
  return {
    dim,
    calls,
    sample: async (count, options) => {
      calls.push([count, options]);
      return tf.tensor2d(rows);
    },
  };
}

const columns = (a: number[], b: number[]): Proposal => fixed(a.map((value, i) => [value, b[i]]));

/** The error of a simulation with a proposal, which leaves no tensor. */
async function refusal(
  proposal: Proposal,
  n = 2,
  { model = modelOf(selfContained), ...options }: Partial<SimulateOptions> & { model?: Model } = {},
): Promise<Error> {
  const before = tf.memory().numTensors;
  const error = await simulate(model, n, { ...here, ...options, proposal }).then(
    () => expect.unreachable('simulate did not throw'),
    (error: Error) => error,
  );
  expect(tf.memory().numTensors).toBe(before);
  return error;
}

describe('proposalOf', () => {
  it('has the draws and the log density of the prior', async () => {
    const prior = normal({ mean: [1, 2], std: [0.5, 3] });
    const proposal = proposalOf(prior);
    expect(proposal.dim).toBe(2);
    const [drawn, expected] = [await proposal.sample(7, { seed: 3 }), priorSamples(prior, 7, 3)];
    expect(drawn.arraySync()).toEqual(expected.arraySync());
    const [logs, exact] = [await proposal.logProb!(drawn), prior.logProb(drawn)];
    expect(logs.shape).toEqual([7]);
    expect(logs.arraySync()).toEqual(exact.arraySync());
    tf.dispose([drawn, expected, logs, exact]);
  });

  it('gives a log density of shape [B] for a prior that keeps a trailing one, and leaves one tensor', async () => {
    const before = tf.memory().numTensors;
    const theta = tf.tensor2d([[0.5], [2]]);
    const prior = { ...normal({ mean: [0] }), logProb: (at: tf.Tensor2D) => tf.sum(tf.neg(at), 1, true) };
    const logs = await proposalOf(prior).logProb!(theta);
    expect(logs.shape).toEqual([2]);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([theta, logs]);
  });

  it('rejects a bad count', async () => {
    await expect(narrow.sample(0, { seed: 1 })).rejects.toThrow(InvalidInputError);
  });
});

describe('simulate with a proposal', () => {
  it('simulates at its draws, of one call with a seed of its own, and disposes them', async () => {
    const before = tf.memory().numTensors;
    const proposal = fixed([
      [3, 1],
      [5, 5],
    ]);
    const model = modelOf(([a, b]) => [a - b]);
    const run = async (seed: number) => bytesOf(await simulate(model, 2, { ...here, seed, proposal }));
    expect(await run(1)).toEqual({ theta: [3, 1, 5, 5], x: [2, 0] });
    await run(1);
    await run(2);
    const seeds = proposal.calls.map(([, { seed }]) => seed);
    expect(proposal.calls.map(([count]) => count)).toEqual([2, 2, 2]);
    expect(seeds[1]).toBe(seeds[0]);
    expect(seeds[2]).not.toBe(seeds[0]);
    expect(seeds[0]).not.toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has parameters of the proposal, not of the prior, with the noise of each item as without it', async () => {
    const n = 4_000;
    const model = modelOf(([a], rng) => [rng.normal(), a]);
    const [proposed, usual] = [
      bytesOf(await simulate(model, n, { ...here, proposal: narrow })),
      bytesOf(await simulate(model, n, here)),
    ];
    [3, -1].forEach((mean, k) => {
      const column = proposed.theta.filter((_, i) => i % 2 === k);
      const average = column.reduce((sum, value) => sum + value, 0) / n;
      expect(Math.abs(average - mean)).toBeLessThan((4 * 0.1) / Math.sqrt(n));
    });
    proposed.x.forEach((value, i) => {
      if (i % 2 === 0) expect(value).toBe(usual.x[i]);
      else expect(value).toBe(proposed.theta[i - 1]);
    });
  });

  it('is the same for the same seed, and drops invalid data with its theta', async () => {
    const broken = modelOf(([a, b]) => (a > 3 ? [NaN, b] : [a, b]));
    const options = { ...here, proposal: narrow, invalid: 'drop' } as const;
    const sims = await simulate(broken, 200, options);
    expect(Math.abs(sims.dropped - 100)).toBeLessThan(4 * Math.sqrt(200 * 0.25));
    const { theta, x } = bytesOf(sims);
    expect(theta).toEqual(x);
    expect(bytesOf(await simulate(broken, 200, options)).theta).toEqual(theta);
  });

  it('takes draws on the walls of the support, as float32 rounds them', async () => {
    const model = { prior: uniform({ lower: [0.1], upper: [0.3] }), simulator: ([a]: readonly number[]) => [a] };
    const { x } = bytesOf(await simulate(model, 2, { ...here, proposal: fixed([[0.1], [0.3]]) }));
    expect(x).toEqual([Math.fround(0.1), Math.fround(0.3)]);
  });

  it('refuses draws outside the support of the prior, with how many and the first', async () => {
    const model = { prior: uniform({ lower: [0, 0], upper: [1, 2] }), simulator: selfContained };
    const error = await refusal(
      fixed([
        [0.5, 1.5],
        [0.5, 2.5],
        [-0.25, 1],
      ]),
      3,
      { model },
    );
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(/proposal.*2 of 3 outside, the first in row 1: \[0\.5, 2\.5\]/);
  });

  it.each<[string, Proposal, RegExp]>([
    ['fewer rows', fixed([[1, 2]]), /shape \[2, 2\], received the shape \[1, 2\]/],
    ['another width', fixed([[1], [2]], 2), /the shape \[2, 1\]/],
    ['NaN', columns([1, 1], [2, NaN]), /NaN in row 1, column 1/],
    ['infinity', columns([Infinity, 1], [2, 2]), /Infinity in row 0/],
    ['another dim', fixed([[1, 2, 3]]), /one of 2 parameters.*one of 3/],
    ['no tensor', { dim: 2, sample: async () => [[1, 2]] as never }, /expected a tensor \[2, 2\]/],
    ['no sample', { dim: 2 } as never, /a proposal \{ dim, sample \}/],
    ['null', null as never, /a proposal \{ dim, sample \}, received null/],
  ])('refuses %s', async (_, proposal, message) => {
    const error = await refusal(proposal);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(message);
  });

  it('refuses parameters beside it', async () => {
    const proposal = fixed([[1, 2]]);
    expect((await refusal(proposal, 1, { theta: [[1, 2]] })).message).toMatch(/a proposal or theta, received both/);
    expect(proposal.calls).toEqual([]);
  });

  it('hands on what the proposal throws, and its AbortSignal', async () => {
    const failing: Proposal = { dim: 2, sample: () => Promise.reject(new RangeError('no draws')) };
    expect((await refusal(failing)).message).toBe('no draws');
    const seen: unknown[] = [];
    const controller = new AbortController();
    const stopping: Proposal = {
      dim: 2,
      sample: async (count, { signal, progress }) => {
        seen.push(signal, progress);
        controller.abort();
        return tf.zeros([count, 2]);
      },
    };
    const error = await refusal(stopping, 5, { signal: controller.signal });
    expect(error).toBeInstanceOf(InterruptedError);
    expect(seen).toEqual([controller.signal, false]);
  });
});
