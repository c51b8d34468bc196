import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomKey } from '../../../lib/graph/random';
import { contrasted } from '../../../lib/training/ratio/contrasted';
import { bnre, fixedReference, nreA, nreB, nreC, type RatioLoss } from '../../../lib/training/ratio';
import { aroundExact, directions, gaussianPairs } from './gaussian-pairs';

const [batches, rows] = [10, 2000];
const losses: Readonly<Record<string, RatioLoss>> = {
  'nreA()': nreA(),
  'nreB()': nreB(),
  'nreC()': nreC(),
  'nreC({ classes: 3, gamma: 3 })': nreC({ classes: 3, gamma: 3 }),
  'bnre()': bnre(),
  'fixedReference(...)': fixedReference({ theta: [0], x: [[0]] }),
};

const samples = Array.from({ length: batches }, (_, i) => gaussianPairs(rows, i));

/** A loss's value for each batch, at weights around the exact ratio, of what `look` makes of it. */
function around<T>(
  loss: RatioLoss,
  at: readonly number[],
  look: (value: (...weights: tf.Tensor[]) => tf.Scalar, weights: tf.Tensor[]) => T,
): T[] {
  const ofBatch = contrasted(loss, aroundExact(loss.reference ? 'reference' : 'evidence'));
  return samples.map(
    ({ theta, x, reference }, i) =>
      // arrays of numbers, whatever tidy takes them for
      tf.tidy((): tf.TensorContainer => {
        const tables = [theta, x, ...(loss.reference ? [reference] : [])].map((column) =>
          tf.tensor2d(column, [rows, 1]),
        );
        return look(
          (...weights) => ofBatch(weights, tables, randomKey(i)),
          at.map((value) => tf.scalar(value)),
        ) as tf.TensorContainer;
      }) as T,
  );
}

const lossesAt = (loss: RatioLoss, at: readonly number[]): number[] =>
  around(loss, at, (value, weights) => value(...weights).dataSync()[0]);
const slopesAt = (loss: RatioLoss, at: readonly number[]): number[][] =>
  around(loss, at, (value, weights) =>
    tf
      .grads(value)(weights)
      .map((each) => each.dataSync()[0]),
  );

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const standardError = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1));
const none = directions.map(() => 0);

describe.each(Object.entries(losses))('%s', (name, loss) => {
  const exact = lossesAt(loss, none);
  const isBlindToX = loss.denominator === 'unknown function of x';

  it('is stationary at the exact log ratio, in every direction', () => {
    const gradients = slopesAt(loss, none);
    directions.forEach((_, k) => {
      const slopes = gradients.map((gradient) => gradient[k]);
      expect(Math.abs(mean(slopes)), directions[k]).toBeLessThan(4 * standardError(slopes) + 1e-6);
    });
  });

  it('is larger on either side of it, but for a function of x where the loss is blind to one', () => {
    directions.forEach((direction, k) => {
      for (const step of [-0.5, 0.5]) {
        const there = lossesAt(
          loss,
          none.map((_, i) => (i === k ? step : 0)),
        );
        const rises = there.map((each, i) => each - exact[i]);
        if (isBlindToX && ['1', 'x'].includes(direction)) expect(Math.max(...rises.map(Math.abs))).toBeLessThan(1e-4);
        else expect(mean(rises), `${name} ${direction} ${step}`).toBeGreaterThan(4 * standardError(rises));
      }
    });
  });
});

describe('the losses of given log ratios', () => {
  const [own, others] = [
    [0.3, -1.2, 2],
    [
      [0.1, -0.4],
      [1.5, 0.2],
      [-3, 0.7],
    ],
  ];
  const valueOf = (loss: RatioLoss): number =>
    tf.tidy(() => loss.value(tf.tensor1d(own), tf.tensor2d(others)).dataSync()[0]);
  const first = (loss: RatioLoss): number =>
    tf.tidy(() => loss.value(tf.tensor1d(own), tf.tensor2d(others.map(([one]) => [one]))).dataSync()[0]);
  const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

  it('are the formulas of their papers', () => {
    const binary = -mean(own.map((f) => Math.log(sigmoid(f)))) - mean(others.map(([f]) => Math.log(sigmoid(-f))));
    expect(first(nreA())).toBeCloseTo(binary, 5);
    const balance = mean(own.map(sigmoid)) + mean(others.map(([f]) => sigmoid(f)));
    expect(first(bnre({ lambda: 7 }))).toBeCloseTo(binary + 7 * (balance - 1) ** 2, 5);
    const sums = own.map((f, i) => Math.exp(f) + others[i].reduce((sum, g) => sum + Math.exp(g), 0));
    expect(valueOf(nreB({ classes: 3 }))).toBeCloseTo(-mean(own.map((f, i) => Math.log(Math.exp(f) / sums[i]))), 5);
    const [K, gamma] = [2, 3];
    const among = own.map((f, i) => Math.exp(f) + Math.exp(others[i][0]));
    const apart = others.map((row) => row.reduce((sum, g) => sum + Math.exp(g), 0));
    const found = -mean(own.map((f, i) => Math.log((gamma * Math.exp(f)) / (K + gamma * among[i]))));
    const none = -mean(apart.map((sum) => Math.log(K / (K + gamma * sum))));
    expect(valueOf(nreC({ classes: K, gamma }))).toBeCloseTo((gamma * found + none) / (1 + gamma), 5);
  });

  it('agree where they should: NRE-C of one class with half of NRE-A, BNRE without weight with NRE-A', () => {
    expect(first(nreC({ classes: 1 }))).toBeCloseTo(first(nreA()) / 2, 6);
    expect(first(bnre({ lambda: 0 }))).toBeCloseTo(first(nreA()), 6);
  });

  it('stay finite for log ratios that no float32 exponential holds', () => {
    const far = [nreA(), nreB({ classes: 2 }), nreC({ classes: 1 }), bnre()].map((loss) =>
      tf.tidy(() => loss.value(tf.tensor1d([-300, 300]), tf.tensor2d([[300], [-300]])).dataSync()[0]),
    );
    expect(far.every(Number.isFinite)).toBe(true);
  });

  it('refuse settings that are none', () => {
    for (const make of [
      () => nreB({ classes: 1 }),
      () => nreC({ classes: 0 }),
      () => nreC({ gamma: 0 }),
      () => bnre({ lambda: -1 }),
      () => fixedReference(undefined as never),
      () => fixedReference({ theta: [NaN], x: [[1]] }),
      () => fixedReference({ theta: [1] } as never),
    ])
      expect(make).toThrow(/expected/);
  });
});
