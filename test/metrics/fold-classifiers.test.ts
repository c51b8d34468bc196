import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { firstWeights, rates, trainEpoch } from '../../lib/metrics/fold-classifiers';

const sizes = { inputs: 3, hidden: 5 };
const matrices = [
  [3, 5],
  [5, 5],
  [5, 1],
];

/** The loss of a batch as scikit-learn writes it: mean log-loss plus 1e-4 |W|^2 / (2 batch size), without biases. */
function lossOf(flat: number[], x: number[][], y: number[]): number {
  let squares = 0;
  let activations = x;
  let start = 0;
  matrices.forEach(([ins, outs], k) => {
    const w = (i: number, j: number): number => flat[start + i * outs + j];
    const last = k === matrices.length - 1;
    for (let i = 0; i < ins - 1; i++) for (let j = 0; j < (last ? outs : outs - 1); j++) squares += w(i, j) ** 2;
    activations = activations.map((row) =>
      Array.from({ length: outs }, (_, j) => {
        const z = row.reduce((sum, value, i) => sum + value * w(i, j), 0);
        return last ? z : Math.max(0, z);
      }),
    );
    start += ins * outs;
  });
  const p = activations.map(([z]) => 1 / (1 + Math.exp(-z)));
  const logLoss = -p.reduce((sum, each, i) => sum + Math.log(y[i] > 0 ? each : 1 - each), 0) / p.length;
  return logLoss + (0.5e-4 * squares) / p.length;
}

describe('trainEpoch', () => {
  it("makes Adam's steps on scikit-learn's loss, separately for each classifier, also of partial batches", () => {
    const source = rng(3);
    const count = 7;
    const x = Array.from({ length: count }, () => [source.normal(), source.normal(), 1]);
    const y = Array.from({ length: count }, (_, i) => (i < 3 ? -1 : 1));
    // [steps, classifiers, batch]; 7 is the row of zeros
    const order = [
      [
        [0, 4, 1],
        [6, 5, 2],
      ],
      [
        [3, 2, 5],
        [1, 7, 7],
      ],
    ];
    const weights = [1, 2].map((seed) => Array.from(firstWeights(sizes, rng(seed))));
    const before = tf.memory().numTensors;
    const result = tf.tidy(() => {
      const start = tf.tensor2d(weights);
      const { state, loss } = trainEpoch(
        sizes,
        { rows: tf.tensor2d([...x, [0, 0, 0]]), classes: tf.tensor2d([...y, 0], [count + 1, 1]) },
        {
          order: tf.tensor3d(order, undefined, 'int32'),
          share: tf.tensor2d([
            [1 / 3, 1 / 3],
            [1 / 3, 1],
          ]),
          rate: tf.tensor1d(rates(0, 2)),
        },
        { weights: start, first: tf.zerosLike(start), second: tf.zerosLike(start) },
      );
      return { weights: state.weights.arraySync(), loss: loss.arraySync() };
    });
    expect(tf.memory().numTensors).toBe(before);

    weights.forEach((first, f) => {
      const [m, v] = [first.map(() => 0), first.map(() => 0)];
      const w = [...first];
      let sum = 0;
      order.forEach((batches, s) => {
        const batch = batches[f].filter((row) => row < count);
        const loss = (at: number[]): number =>
          lossOf(
            at,
            batch.map((row) => x[row]),
            batch.map((row) => y[row]),
          );
        sum += loss(w) * batch.length + (3 - batch.length) * Math.LN2;
        const gradient = w.map((_, i) => {
          // the weights of the units that stay 1
          if ((i < 15 && i % 5 === 4) || (i >= 15 && i < 40 && (i - 15) % 5 === 4)) return 0;
          const moved = (by: number): number[] => w.map((value, j) => (i === j ? value + by : value));
          return (loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5;
        });
        gradient.forEach((g, i) => {
          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.999 * v[i] + 0.001 * g * g;
          const step = (1e-3 * Math.sqrt(1 - 0.999 ** (s + 1))) / (1 - 0.9 ** (s + 1));
          w[i] -= (step * m[i]) / (Math.sqrt(v[i]) + 1e-8);
        });
      });
      // the first steps are about 1e-3 long
      result.weights[f].forEach((value, i) => expect(Math.abs(value - w[i])).toBeLessThan(2e-6));
      expect(result.loss[f]).toBeCloseTo(sum, 5);
    });
  });
});

describe('firstWeights', () => {
  it('are uniform within sqrt(6 / (fan in + fan out)), but for the units that stay 1', () => {
    const weights = firstWeights({ inputs: 11, hidden: 101 }, rng(1));
    expect(weights).toHaveLength(11 * 101 + 101 * 101 + 101);
    const layers = [
      { ins: 11, outs: 101, bound: Math.sqrt(6 / 110), from: 0 },
      { ins: 101, outs: 101, bound: Math.sqrt(6 / 200), from: 1111 },
      { ins: 101, outs: 1, bound: Math.sqrt(6 / 101), from: 11312 },
    ];
    for (const { ins, outs, bound, from } of layers) {
      const layer = Array.from(weights.subarray(from, from + ins * outs));
      const free = outs === 1 ? layer : layer.filter((_, i) => i % outs < outs - 1);
      expect(Math.max(...free.map(Math.abs))).toBeLessThan(bound);
      const squares = free.reduce((sum, value) => sum + value ** 2, 0) / free.length;
      // a uniform law's variance is bound^2 / 3, and that of its square 4 bound^4 / 45
      expect(Math.abs((3 * squares) / bound ** 2 - 1)).toBeLessThan(4 * Math.sqrt(4 / 5 / free.length));
      if (outs > 1) {
        const fixed = layer.filter((_, i) => i % outs === outs - 1);
        expect(fixed).toEqual([...new Array<number>(ins - 1).fill(0), 1]);
      }
    }
  });
});
