import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { joinSimulations } from '../../lib/simulation/join-simulations';
import { simulate } from '../../lib/simulation/simulate';
import { simulationsFrom, type Simulations } from '../../lib/simulation/simulations';
import { bytesOf, modelOf } from '../tasks/fixtures';

const first = (): Simulations =>
  simulationsFrom(
    [[1], [2]],
    [
      [3, 4],
      [5, 6],
    ],
  );
const second = (): Simulations => ({ ...simulationsFrom([[7]], [[8, 9]]), calls: 4, dropped: 3 });

describe('joinSimulations', () => {
  it('has the rows of the parts in their order, with calls and dropped ones added', () => {
    const parts = [first(), second(), first()];
    const joined = joinSimulations(...parts);
    expect([joined.calls, joined.dropped]).toEqual([8, 3]);
    expect([joined.theta.shape, joined.x.shape]).toEqual([
      [5, 1],
      [5, 2],
    ]);
    expect(bytesOf(joined)).toEqual({ theta: [1, 2, 7, 1, 2], x: [3, 4, 5, 6, 8, 9, 3, 4, 5, 6] });
    parts.forEach((part) => part.dispose());
  });

  it('outlives its parts, and they outlive it', () => {
    const part = first();
    joinSimulations(part, part).dispose();
    expect(Array.from(part.theta.dataSync())).toEqual([1, 2]);
    const alone = joinSimulations(part);
    part.dispose();
    expect(bytesOf(alone)).toEqual({ theta: [1, 2], x: [3, 4, 5, 6] });
  });

  it('leaves two tensors, which dispose frees, also within a tidy and of parts not read before', async () => {
    const before = tf.memory().numTensors;
    const options = { workers: 0, progress: false } as const;
    const model = modelOf(([a], rng) => [a, rng.normal()]);
    const parts = [
      await simulate(model, 3, { ...options, seed: 1 }),
      await simulate(model, 4, { ...options, seed: 2 }),
    ];
    const rows = tf.tidy(() => {
      const { theta, x } = joinSimulations(...parts);
      return [theta.arraySync(), x.arraySync()];
    });
    expect(rows.map((table) => table.length)).toEqual([7, 7]);
    const joined = joinSimulations(...parts);
    expect([joined.theta.arraySync(), joined.x.arraySync()]).toEqual(rows);
    parts.forEach((part) => part.dispose());
    expect(tf.memory().numTensors).toBe(before + 2);
    joined.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses no parts, and parts of different widths', () => {
    const wide = simulationsFrom([[1, 2]], [[3, 4]]);
    const long = simulationsFrom([[1]], [[3, 4, 5]]);
    const part = first();
    const before = tf.memory().numTensors;
    expect(() => joinSimulations()).toThrow(InvalidInputError);
    expect(() => joinSimulations(part, wide)).toThrow(/part 1: expected theta of 1 columns.*received theta of 2/);
    expect(() => joinSimulations(part, part, long)).toThrow(/part 2.*x of 2.*received.*x of 3/);
    expect(tf.memory().numTensors).toBe(before);
    [wide, long, part].forEach((each) => each.dispose());
  });
});
