import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../lib/graph/compile';
import { randomKey, type Key } from '../../../lib/graph/random';
import type { RatioNetwork } from '../../../lib/nn/ratio/ratio-network';
import { contrasted, otherRows } from '../../../lib/training/ratio/contrasted';

const rowsOf = (count: number, each: number, seed = 1): number[][] =>
  tf.tidy(() => otherRows(randomKey(seed), count, each).arraySync());

describe('otherRows', () => {
  it.each([
    [2, 1],
    [11, 10],
    [50, 5],
  ])('gives each of %d rows %d others, never itself and none twice', (count, each) => {
    for (const seed of [1, 2, 3]) {
      const others = rowsOf(count, each, seed);
      others.forEach((row, i) => {
        expect(row).not.toContain(i);
        expect(new Set(row).size).toBe(each);
        expect(row.every((other) => Number.isInteger(other) && other >= 0 && other < count)).toBe(true);
      });
      const times = others.flat().reduce((counts, other) => counts.set(other, (counts.get(other) ?? 0) + 1), new Map());
      expect([...times.values()]).toEqual(new Array(count).fill(each));
    }
  });

  it('gives others for another key, and all in time', () => {
    expect(rowsOf(50, 5, 1)).not.toEqual(rowsOf(50, 5, 2));
    const seen = new Set(Array.from({ length: 100 }, (_, seed) => rowsOf(6, 1, seed)[0][0]));
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('contrasted', () => {
  // the log ratio 10 theta + x says which pair it is of
  const network: RatioNetwork = {
    weights: [],
    ofTheta: (_, theta) => tf.mul(theta, 10) as tf.Tensor2D,
    ofX: (_, x) => x.clone(),
    logRatio: (_, sums) => tf.squeeze(sums, [1]) as tf.Tensor1D,
  };
  const theta = tf.tensor2d([[1], [2], [3], [4]]);
  const x = tf.tensor2d([[0.1], [0.2], [0.3], [0.4]]);
  const reference = tf.tensor2d([[0.5], [0.6], [0.7], [0.8]]);
  const pairsOf = (tables: tf.Tensor2D[], contrasts: number): { own: number[]; others: number[][] } => {
    const seen = { own: [] as number[], others: [] as number[][] };
    const round = (value: number): number => Math.round(10 * value) / 10;
    const value = (own: tf.Tensor1D, others: tf.Tensor2D): tf.Scalar => {
      seen.own = own.arraySync().map(round);
      seen.others = others.arraySync().map((row) => row.map(round));
      return tf.scalar(0);
    };
    tf.tidy(() => contrasted({ contrasts, value }, network)([], tables, randomKey(1)));
    return seen;
  };

  it('puts each x beside its own theta once, and beside all others as contrasts', () => {
    const { own, others } = pairsOf([theta, x], 3);
    expect(own).toEqual([10.1, 20.2, 30.3, 40.4]);
    expect(others.map((row) => [...row].sort((a, b) => a - b))).toEqual([
      [20.1, 30.1, 40.1],
      [10.2, 30.2, 40.2],
      [10.3, 20.3, 40.3],
      [10.4, 20.4, 30.4],
    ]);
  });

  it('takes the data of contrasts from the reference where there is one', () => {
    const { own, others } = pairsOf([theta, x, reference], 1);
    expect(own).toEqual([10.1, 20.2, 30.3, 40.4]);
    expect(others.map(([one]) => Math.round(10 * (one % 1)))).toEqual([5, 6, 7, 8]);
    expect(others.map(([one]) => Math.floor(one / 10)).sort()).toEqual([1, 2, 3, 4]);
  });

  it('is the same in a compiled graph, gradients too', () => {
    const scaled: RatioNetwork = {
      ...network,
      ofTheta: ([w], rows) => tf.mul(rows, w) as tf.Tensor2D,
    };
    const value = (own: tf.Tensor1D, others: tf.Tensor2D): tf.Scalar =>
      tf.sub(tf.mean(tf.square(others)), tf.mean(own)) as tf.Scalar;
    const ofWeight = (w: tf.Tensor, key: Key): tf.Tensor =>
      tf.grad((v) => contrasted({ contrasts: 2, value }, scaled)([v], [theta, x], key))(w);
    const program = compile(ofWeight);
    const [w, key] = [tf.scalar(1.5), randomKey(3)];
    const [eager, compiled] = [ofWeight, program].map((of) => tf.tidy(() => of(w, key).dataSync()[0]));
    expect(compiled).toBeCloseTo(eager, 3);
    program.dispose();
  });
});
