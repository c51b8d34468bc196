import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Estimator } from '../../lib/contract/estimator';
import { InterruptedError, InvalidInputError } from '../../lib/core/errors';
import { check } from '../../lib/diagnostics/check';
import { drawPairs } from '../../lib/diagnostics/draw-pairs';
import { observationsOf, pairsFrom, truthOf } from '../../lib/diagnostics/drawn-pairs';
import { PosteriorError } from '../../lib/diagnostics/posterior-error';
import type { PosteriorSource } from '../../lib/diagnostics/posterior-source';
import { sbc } from '../../lib/diagnostics/sbc';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';

const task = gaussianLinear([0.5, 1]);
const exact = (xObs: number[][]) => task.exactPosterior(xObs);
const quiet = { seed: 1, progress: false };

/** An estimator whose draws come from the exact posteriors, changed by `change`, and the sizes of its calls. */
function exactEstimator(change = (rows: number[][][], _from: number): number[][][] => rows) {
  const calls: number[] = [];
  const source: Pick<Estimator, 'given' | 'drawEach'> = {
    given: (xObs) => exact(xObs as number[][]),
    drawEach: async (x, { draws, seed }) => {
      const rows = x as number[][];
      const from = calls.reduce((sum, each) => sum + each, 0);
      calls.push(rows.length);
      const drawn: number[][][] = [];
      for (const [i, row] of rows.entries()) {
        const theta = await exact([row]).sample(draws, { seed: seed + i });
        drawn.push(await theta.array());
        theta.dispose();
      }
      return tf.tensor3d(change(drawn, from));
    },
  };
  return { source, calls };
}

describe('drawPairs', () => {
  it('draws truths, data and posteriors, the same for the same seed, and leaves no tensors', async () => {
    const before = tf.memory().numTensors;
    const [a, b] = [
      await drawPairs(exact, task, { ...quiet, pairs: 30, draws: 7 }),
      await drawPairs(exact, task, { ...quiet, pairs: 30, draws: 7 }),
    ];
    expect([a.theta.length, a.x.length, a.samples.length]).toEqual([60, 60, 420]);
    expect(a.samples).toEqual(b.samples);
    expect(String(a.dims.observations)).toBe('1');
    // given its data, a truth is within 5 posterior standard deviations of the mean
    for (let i = 0; i < 30; i++) {
      const { mean, covariance } = exact(observationsOf(a, i));
      truthOf(a, i).forEach((value, d) =>
        expect(Math.abs(value - mean[d])).toBeLessThan(5 * Math.sqrt(covariance[d][d])),
      );
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes through drawEach in few large calls', async () => {
    const { source, calls } = exactEstimator();
    const pairs = await drawPairs(source, task, { ...quiet, pairs: 25, draws: 5000 });
    expect(calls).toEqual([10, 10, 5]);
    expect(sbc(pairs).passes).toBe(true);
  });

  it('gives several observations of each truth to the posterior together', async () => {
    const pairs = await drawPairs(exact, task, { ...quiet, pairs: 200, draws: 49, observations: 4 });
    expect([pairs.dims, observationsOf(pairs, 0).length, pairs.theta.length]).toEqual([
      { theta: 2, observations: 4, x: 2 },
      4,
      400,
    ]);
    expect(sbc(pairs).passes).toBe(true);
    // the posterior given the first alone is too wide for what is known of four
    const alone = await drawPairs(([first]) => exact([first]), task, { ...quiet, pairs: 200, draws: 49 });
    expect(sbc(alone).passes).toBe(true);
    const first = (xObs: number[][]) => exact([...xObs, ...xObs]);
    expect(sbc(await drawPairs(first, task, { ...quiet, pairs: 200, draws: 49, observations: 4 })).passes).toBe(false);
  });

  it('takes one parameter, one draw and one pair', async () => {
    const one = gaussianLinear([1]);
    const pairs = await drawPairs((xObs) => one.exactPosterior(xObs), one, { ...quiet, pairs: 1, draws: 1 });
    expect(pairs.samples.length).toBe(1);
    const more = await drawPairs((xObs) => one.exactPosterior(xObs), one, { ...quiet, pairs: 60, draws: 1 });
    expect(sbc(more).passes).toBe(true);
  });

  it('keeps the pairs before a posterior that fails', async () => {
    let asked = 0;
    const failing: PosteriorSource = (xObs) => {
      if (++asked > 25) throw new Error('no chains have mixed');
      return exact(xObs);
    };
    const error = await drawPairs(failing, task, { ...quiet, pairs: 40, draws: 5 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PosteriorError);
    const { message, pair, partial, cause } = error as PosteriorError;
    expect(message).toBe(
      'drawPairs: the posterior of pair 25 of 40 failed: no chains have mixed; error.partial holds the 25 pairs before.',
    );
    expect([pair, partial?.count, partial?.samples.length, (cause as Error).message]).toEqual([
      25,
      25,
      250,
      'no chains have mixed',
    ]);
    expect(sbc(partial!).pairs).toBe(25);
  });

  it('names the pair and the data of a draw that is NaN, and the pairs of draws of another shape', async () => {
    const before = tf.memory().numTensors;
    const { source } = exactEstimator((rows, from) =>
      from === 10 ? [...rows.slice(0, 3), rows[3].map(() => [0, NaN]), ...rows.slice(4)] : rows,
    );
    const options = { ...quiet, pairs: 20, draws: 5000 };
    await expect(drawPairs(source, task, options)).rejects.toThrow(
      /the posterior of pair 13 gave NaN for parameter 1 \(theta = \[.*\], first data \[.*\]\); error\.partial holds the 10/,
    );
    const short = exactEstimator((rows) => rows.slice(1));
    await expect(drawPairs(short.source, task, options)).rejects.toThrow(
      /one of the pairs 0 to 9 of 20 failed: its draws have the shape \[9, 5000, 2\] instead of \[10, 5000, 2\]/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops on interrupt with the pairs so far', async () => {
    const controller = new AbortController();
    let asked = 0;
    const slow: PosteriorSource = (xObs) => {
      if (++asked === 22) controller.abort();
      return { ...exact(xObs), sample: async (count) => tf.zeros([count, 2]) };
    };
    const stopped = drawPairs(slow, task, { ...quiet, pairs: 40, draws: 3, signal: controller.signal });
    const error = (await stopped.catch((thrown: unknown) => thrown)) as InterruptedError<{ count: number }>;
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.partial?.count).toBe(22);
  });

  it('goes without simulations that fail, where that is asked for', async () => {
    const broken = {
      ...task,
      simulator: (theta: readonly number[]) => (theta[0] > 1 ? [NaN, 0] : [theta[0], theta[1]]),
    };
    const pairs = await drawPairs(exact, broken, { ...quiet, pairs: 50, draws: 2, invalid: 'drop', mostInvalid: 0.5 });
    expect(pairs.count).toBeLessThan(50);
    expect(pairs.theta.length).toBe(2 * pairs.count);
    const several = drawPairs(exact, broken, { ...quiet, pairs: 5, draws: 2, invalid: 'drop', observations: 2 });
    await expect(several).rejects.toThrow(/drawPairs: invalid: expected 'refuse', with several observations/);
  });

  it('refuses what is no posterior, no model or no count, before it works', async () => {
    await expect(drawPairs({} as never, task, quiet)).rejects.toThrow(InvalidInputError);
    await expect(drawPairs(exact, {} as never, quiet)).rejects.toThrow(/drawPairs: simulator/);
    await expect(drawPairs(exact, task, { ...quiet, pairs: 0 })).rejects.toThrow(/drawPairs: pairs/);
    await expect(drawPairs(exact, task, { ...quiet, draws: 0.5 })).rejects.toThrow(/drawPairs: draws/);
    await expect(drawPairs(() => undefined as never, task, quiet)).rejects.toThrow(/a posterior \{ sample \}/);
  });
});

describe('pairsFrom', () => {
  it('takes draws made elsewhere, and refuses tables that do not fit', () => {
    const draws = [
      [[0.1], [0.4]],
      [[0.8], [0.6]],
    ];
    const pairs = pairsFrom([[0.2], [0.7]], draws, {
      x: [
        [1, 2],
        [3, 4],
      ],
    });
    expect([pairs.count, pairs.draws, pairs.dims.x, observationsOf(pairs, 1)]).toEqual([2, 2, 2, [[3, 4]]]);
    expect(() => pairsFrom([[0.2]], draws)).toThrow(/1 tables, one a truth, received 2/);
    expect(() => pairsFrom([[0.2], [0.7]], [draws[0], [[1]]])).toThrow(/2 draws of each, received 1 of pair 1/);
    expect(() =>
      pairsFrom(
        [
          [0.2, 1],
          [0.7, 2],
        ],
        draws,
      ),
    ).toThrow(/samples of pair 0/);
    expect(() => pairsFrom([[0.2], [0.7]], draws, { x: [[1]] })).toThrow(/2 rows, one a truth/);
    expect(() => pairsFrom([[0.2], [NaN]], draws)).toThrow(InvalidInputError);
  });
});

describe('check', () => {
  it('passes an exact posterior in all parts, and names the parts that a wrong one fails', async () => {
    const before = tf.memory().numTensors;
    const right = await check(exact, task, { ...quiet, pairs: 200, draws: 50 });
    expect([right.passes, right.rows.map(({ result }) => result)]).toEqual([true, Array(4).fill('passes')]);
    expect(right.verdict).toMatch(/^Passes on 200 pairs \(p = /);
    expect(right.coverage.by).toBe('density');
    const narrow = gaussianLinear([0.15, 0.3]);
    const wrong = await check((xObs) => narrow.exactPosterior(xObs), task, { ...quiet, pairs: 200, draws: 50 });
    expect([wrong.passes, wrong.sbc.passes, wrong.coverage.passes, wrong.tarp.passes]).toEqual(Array(4).fill(false));
    expect(wrong.verdict).toMatch(/^Fails on 200 pairs.*too narrow/);
    expect(wrong.pairs.count).toBe(200);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses options that do not fit before it draws', async () => {
    await expect(check(exact, task, { ...quiet, level: 2 })).rejects.toThrow(/check: level/);
    await expect(check(exact, task, { ...quiet, pairs: 10, draws: 2 })).rejects.toThrow(/at least 20, received 10/);
  });
});
