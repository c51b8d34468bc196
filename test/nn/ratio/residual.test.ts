import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { randomKey } from '../../../lib/graph/random';
import { initialWeights } from '../../../lib/nn/network';
import { residual } from '../../../lib/nn/ratio/residual';
import { restoreClassifier } from '../../../lib/nn/ratio/restore-classifier';
import { expectClose, normals, randomWeights } from '../support';

const network = residual({ width: 8, blocks: 1, squares: 4 }).build({ theta: 2, x: 3 });
const [theta, x] = [normals(6, 2, 1), normals(6, 3, 2)];
const of = (weights: tf.Tensor[], a = theta, b = x, seed?: number): tf.Tensor1D => {
  const sums = tf.add(network.ofTheta(weights, a), network.ofX(weights, b)) as tf.Tensor2D;
  return network.logRatio(weights, sums, seed === undefined ? undefined : randomKey(seed));
};

describe('the residual classifier', () => {
  const weights = randomWeights(network.weights);

  it('starts as the zero function, and sees theta, x and what they are together', () => {
    expect(
      of(initialWeights(network.weights, rng(1)))
        .dataSync()
        .every((value) => value === 0),
    ).toBe(true);
    const [a, b] = [normals(6, 2, 3), normals(6, 3, 4)];
    const [own, other, both, exchanged] = [of(weights), of(weights, a), of(weights, a, b), of(weights, theta, b)];
    // a sum of a function of theta and one of x would make this zero
    const interaction = tf.sub(tf.add(own, both), tf.add(other, exchanged)).abs();
    expect(interaction.min().dataSync()[0]).toBeGreaterThan(1e-4);
  });

  it('is quadratic where all else is off, as the log ratio of a Gaussian model', () => {
    const onlySquares = network.weights.map(({ name }, i) =>
      /linear|squares/.test(name) ? weights[i] : tf.zerosLike(weights[i]),
    );
    const of2 = (scale: number): tf.Tensor =>
      of(onlySquares, tf.mul(scale, theta) as tf.Tensor2D, tf.mul(scale, x) as tf.Tensor2D);
    expectClose(of2(3), tf.mul(9, of2(1)), 1e-5);
  });

  it('leaves units out with a key only', () => {
    expect(of(weights).arraySync()).toEqual(of(weights).arraySync());
    expect(of(weights, theta, x, 1).arraySync()).not.toEqual(of(weights, theta, x, 2).arraySync());
  });

  it('is restored from its settings, and refuses others', () => {
    const { spec } = residual({ width: 8, dropout: 0.2 });
    expect(restoreClassifier(JSON.parse(JSON.stringify(spec)) as typeof spec).spec).toEqual(spec);
    expect(() => restoreClassifier({ name: 'other' })).toThrow(/classifier/);
    for (const wrong of [{ width: 0 }, { blocks: 1.5 }, { squares: -1 }, { dropout: 1 }, { activation: 'no' as 'elu' }])
      expect(() => residual(wrong)).toThrow(/residual/);
  });
});
