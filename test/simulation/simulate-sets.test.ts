import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../lib/core/errors';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { simulateSets, type ObservationSets, type SimulateSetsOptions } from '../../lib/simulation/simulate-sets';
import { SimulationError } from '../../lib/simulation/simulation-error';
import { batchedSimulator, type AnySimulator } from '../../lib/simulation/simulator';
import { buildWorker } from './build-worker';
import { modelOf, selfContained } from '../tasks/fixtures';

const here = { seed: 1, workers: 0, progress: false } as const;

/** The values of sets, which are disposed. */
function valuesOf(sets: ObservationSets) {
  const { theta, x, counts, calls, dropped } = sets;
  const values = { theta: theta.arraySync(), x: x.arraySync(), counts: counts.arraySync(), calls, dropped };
  sets.dispose();
  return values;
}
const setsOf = async (simulator: AnySimulator, options: Partial<SimulateSetsOptions> = {}) =>
  valuesOf(await simulateSets(modelOf(simulator), { ...here, calls: 200, ...options }));
const failure = async (
  simulator: AnySimulator,
  options: Partial<SimulateSetsOptions> = {},
): Promise<Error & { partial?: ObservationSets }> =>
  simulateSets(modelOf(simulator), { ...here, calls: 200, ...options }).then(
    () => expect.unreachable('simulateSets did not throw'),
    (error: Error) => error,
  );
const total = (counts: number[]): number => counts.reduce((sum, count) => sum + count, 0);

describe('simulateSets', () => {
  it('gives each set one theta, its observations first and zeros behind them', async () => {
    const { theta, x, counts } = await setsOf(([a, b], rng) => [a, b, 5 + rng.uniform()], { maxObservations: 4 });
    const drawn = priorSamples(normal({ mean: [0, 0] }), counts.length, 1);
    expect(theta).toEqual(drawn.arraySync());
    drawn.dispose();
    const noise = new Set<number>();
    x.forEach((rows, i) => {
      expect(rows).toHaveLength(4);
      rows.forEach(([a, b, c], j) => {
        if (j < counts[i]) {
          expect([a, b]).toEqual(theta[i]);
          expect(c).toBeGreaterThanOrEqual(5);
          noise.add(c);
        } else expect([a, b, c]).toEqual([0, 0, 0]);
      });
    });
    // each call has noise of its own
    expect(noise.size).toBe(200);
  });

  it('spends exactly the calls that it may, by its own count and by the simulator’s', async () => {
    for (const calls of [1, 2, 9, 10, 137, 1_000]) {
      let made = 0;
      const counting: AnySimulator = ([a]) => [(made++, a)];
      const { counts, calls: told, dropped } = await setsOf(counting, { calls });
      expect([total(counts), told, made, dropped]).toEqual([calls, calls, calls, 0]);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...counts)).toBeLessThanOrEqual(10);
    }
  });

  it('draws the sizes uniformly, and about 1,818 sets for 10,000 calls', async () => {
    const { counts } = valuesOf(
      await simulateSets(
        modelOf(([a]) => [a]),
        here,
      ),
    );
    const whole = counts.slice(0, -1);
    for (let n = 1; n <= 10; n++) {
      const share = whole.filter((count) => count === n).length / whole.length;
      expect(Math.abs(share - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / whole.length));
    }
    // sizes have the variance 8.25: the number of sets that make up the calls has about 8.25 * 10,000 / 5.5^3
    expect(Math.abs(counts.length - 10_000 / 5.5)).toBeLessThan(4 * Math.sqrt((8.25 * 10_000) / 5.5 ** 3));
    // neighbours have nothing in common
    const centred = whole.map((count) => (count - 5.5) / Math.sqrt(8.25));
    const correlation = total(centred.slice(1).map((value, i) => value * centred[i])) / whole.length;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(whole.length));
  });

  it('depends on the seed, and begins a larger budget with the sets of a smaller one', async () => {
    const [small, large, other] = [
      await setsOf(selfContained, { calls: 100 }),
      await setsOf(selfContained, { calls: 300 }),
      await setsOf(selfContained, { calls: 100, seed: 2 }),
    ];
    const whole = small.counts.length - 1;
    for (const part of ['theta', 'x', 'counts'] as const)
      expect(large[part].slice(0, whole)).toEqual(small[part].slice(0, whole));
    expect(other.counts).not.toEqual(small.counts);
  });

  it('has single observations with maxObservations 1, and takes batches', async () => {
    expect((await setsOf(selfContained, { maxObservations: 1 })).counts).toEqual(new Array(200).fill(1));
    const batched = batchedSimulator((thetas) => thetas.map(([a, b]) => [a, b]), { batchSize: 16 });
    const { theta, x, counts } = await setsOf(batched);
    x.forEach((rows, i) => expect(rows.slice(0, counts[i])).toEqual(new Array(counts[i]).fill(theta[i])));
  });

  it('leaves three tensors, which dispose frees', async () => {
    const before = tf.memory().numTensors;
    const sets = await simulateSets(modelOf(selfContained), { ...here, calls: 20 });
    tf.tidy(() => [sets.theta, sets.x, sets.counts].forEach((tensor) => tensor.dataSync()));
    expect(tf.memory().numTensors).toBe(before + 3);
    expect([sets.theta.shape[1], sets.x.shape.slice(1), sets.counts.dtype]).toEqual([2, [10, 3], 'int32']);
    sets.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, unknown, RegExp]>([
    ['no calls', { calls: 0 }, /simulateSets: calls: expected a positive whole number, received 0/],
    ['a part of a call', { calls: 2.5 }, /calls.*2\.5/],
    ['no observations', { maxObservations: 0 }, /simulateSets: maxObservations.*received 0/],
    ['a missing seed', { seed: undefined }, /seed.*undefined/],
    ['negative workers', { workers: -1 }, /workers/],
  ])('refuses %s before it simulates', async (_, options, message) => {
    let made = 0;
    const error = await failure(([a]) => [(made++, a)], options as Partial<SimulateSetsOptions>);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(message);
    expect(made).toBe(0);
  });
});

describe('simulateSets with simulators that fail', () => {
  const holes: AnySimulator = ([a, b], rng) => [rng.uniform() < 0.05 ? NaN : a, b];

  it('refuses NaN, with the finite sets as partial, or leaves whole sets out and counts them', async () => {
    const error = await failure(holes);
    expect(error).toBeInstanceOf(NonFiniteError);
    const rest = valuesOf(error.partial!);
    const kept = await setsOf(holes, { invalid: 'drop' });
    expect(rest).toEqual(kept);
    const all = await setsOf(([a, b]) => [a, b]);
    expect(kept.calls).toBe(200);
    expect(kept.dropped).toBeGreaterThan(0);
    expect(kept.dropped + kept.counts.length).toBe(all.counts.length);
    const sets = all.theta.map((theta, i) => JSON.stringify([theta, all.counts[i]]));
    kept.theta.forEach((theta, i) => {
      expect(sets).toContain(JSON.stringify([theta, kept.counts[i]]));
      expect(kept.x[i].slice(0, kept.counts[i])).toEqual(new Array(kept.counts[i]).fill(theta));
    });
  });

  it('says so where no set is whole', async () => {
    const error = await failure(() => [NaN], { invalid: 'drop' });
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error.message).toMatch(/No finite simulation is left/);
    expect(error.partial).toBeUndefined();
  });

  it('hands over the whole sets before a simulator that throws', async () => {
    let made = 0;
    const error = await failure(([a]) => {
      if (++made > 100) throw new Error('no more');
      return [a];
    });
    expect(error).toBeInstanceOf(SimulationError);
    const { counts } = valuesOf(error.partial!);
    expect(total(counts)).toBeGreaterThan(50);
    expect(total(counts)).toBeLessThanOrEqual(100);
  });

  it('stops on a signal, with the whole sets so far', async () => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    let made = 0;
    const slow: AnySimulator = ([a]) => {
      if (++made === 30) controller.abort();
      const end = performance.now() + 2;
      while (performance.now() < end);
      return [a];
    };
    const error = await failure(slow, { calls: 5_000, signal: controller.signal });
    expect(error).toBeInstanceOf(InterruptedError);
    const { counts, calls, x } = valuesOf(error.partial!);
    expect(counts.length).toBe(x.length);
    expect(total(counts)).toBeGreaterThan(0);
    expect(calls - total(counts)).toBeLessThan(10);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('simulateSets with workers', () => {
  beforeAll(() => buildWorker(), 60_000);

  it('gives the same for 0, 1 and 2 workers', async () => {
    const [none, one, two] = await Promise.all(
      [0, 1, 2].map((workers) => setsOf(selfContained, { calls: 301, workers })),
    );
    expect(one).toEqual(none);
    expect(two).toEqual(none);
  });
});
