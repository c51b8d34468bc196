import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { loop } from '../../lib/graph/loop';
import { expectSame, floats, held } from './support';

type T = tf.Tensor;
type Expression = (x: T, y: T) => T;

/** Operations on [3, 3] tensors that keep values bounded, so that rounding is never amplified much. */
const unary: Record<string, (v: T) => T> = {
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
  sin: tf.sin,
  neg: tf.neg,
  transpose: (v) => tf.transpose(v),
  reverse: (v) => tf.reverse(v, 0),
  softmax: (v) => tf.softmax(v),
  there: (v) => v.reshape([9]).reshape([3, 3]),
  clip: (v) => tf.clipByValue(v, -0.7, 0.7),
  centre: (v) => tf.sub(v, tf.mean(v, 1, true)),
  gather: (v) => tf.gather(v, tf.tensor1d([2, 0, 1], 'int32')),
  slices: (v) => tf.concat([v.slice([1, 0], [2, 3]), v.slice([0, 0], [1, 3])], 0),
  clone: (v) => tf.clone(v),
  rounds: (v) => loop(2, v, (i, u) => tf.tanh(tf.add(u, tf.mul(v, tf.cast(i, 'float32'))))),
};
const binary: Record<string, (a: T, b: T) => T> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  maximum: tf.maximum,
  where: (a, b) => tf.where(tf.greater(a, tf.mean(b)), a, b),
  matMul: (a, b) => tf.matMul(tf.tanh(a), tf.tanh(b)),
  row: (a, b) => tf.add(a, tf.sum(b, 0)),
  both: (a, b) => tf.sum(tf.stack([a, b]), 0),
  rounds: (a, b) => loop(2, [a, b], (_i, [p, q]) => [tf.tanh(tf.add(p, q)), p])[0],
};

const { tree } = fc.letrec<{ tree: { text: string; run: Expression; loops: boolean } }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true, maxDepth: 5 },
    fc.constantFrom<{ text: string; run: Expression; loops: boolean }>(
      { text: 'x', run: (x) => x, loops: false },
      { text: 'y', run: (_x, y) => y, loops: false },
      { text: '0.3', run: () => tf.fill([3, 3], 0.3), loops: false },
    ),
    fc.tuple(fc.constantFrom(...Object.keys(unary)), tie('tree')).map(([name, a]) => ({
      text: `${name}(${a.text})`,
      run: ((x, y) => unary[name](a.run(x, y))) as Expression,
      loops: a.loops || name === 'rounds',
    })),
    fc.tuple(fc.constantFrom(...Object.keys(binary)), tie('tree'), tie('tree')).map(([name, a, b]) => ({
      text: `${name}(${a.text}, ${b.text})`,
      run: ((x, y) => binary[name](a.run(x, y), b.run(x, y))) as Expression,
      loops: a.loops || b.loops || name === 'rounds',
    })),
  ),
}));
const named = tree.map((expression) => Object.assign(expression, { [fc.toStringMethod]: () => expression.text }));

/** At most 5 levels, each of which multiplies rounding of 2^-23 by less than 6. */
const tolerance = 1e-4;
const settings = { seed: 20240607, numRuns: 120 };
const [x, y, z] = [floats([3, 3], -1, 1, 1), floats([3, 3], -1, 1, 2), floats([3, 3], -1, 1, 3)];

test('any expression is the same compiled as eagerly, also on values it was not recorded with', () => {
  fc.assert(
    fc.property(named, ({ run }) => {
      const before = held();
      const compiled = compile(run);
      tf.tidy(() => {
        expectSame(compiled(x, y), run(x, y), tolerance);
        expectSame(compiled(y, z), run(y, z), tolerance);
      });
      compiled.dispose();
      expect(held()).toEqual(before);
    }),
    settings,
  );
}, 60_000);

test('the gradient of any expression is the same compiled as eagerly', () => {
  fc.assert(
    fc.property(
      named.filter(({ loops }) => !loops),
      ({ run }) => {
        const gradient = (a: T, b: T): T => tf.grad((v: T) => tf.sum(tf.mul(tf.add(run(v, b), tf.mul(v, 0.1)), z)))(a);
        const compiled = compile(gradient);
        tf.tidy(() => {
          let expected: T;
          try {
            expected = gradient(x, y);
          } catch {
            return fc.pre(false); // tfjs has no gradient for it
          }
          expectSame(compiled(x, y), expected, 10 * tolerance);
        });
        compiled.dispose();
      },
    ),
    settings,
  );
}, 60_000);
