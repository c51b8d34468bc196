import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { flatten, type Tensors } from '../../lib/graph/tensors';
import { opTable } from './op-table';
import { expectSame } from './support';

const rows = Object.entries(opTable);
const differentiable = rows.filter(([, { by }]) => by);

/**
 * Gradients are longer chains, whose sums and products TensorFlow's graph optimiser reorders: 16 units in the last
 * place of float32.
 */
const gradientTolerance = 16 * 2 ** -23;

test('the table holds more than a hundred expressions', () => {
  expect(rows.length).toBeGreaterThan(100);
});

describe('a compiled expression has the values of the eager one', () => {
  test.each(rows)('%s', (_name, { fn, args, tolerance }) => {
    const inputs = args();
    const compiled = compile(fn as (...tensors: tf.Tensor[]) => Tensors);
    // The second call runs on other values than those seen while recording.
    for (const tensors of [inputs, inputs.map((tensor) => tf.reverse(tensor))]) {
      expectSame(compiled(...tensors), (fn as (...tensors: tf.Tensor[]) => Tensors)(...tensors), tolerance);
    }
    compiled.dispose();
  });
});

describe('a compiled expression has the gradient of the eager one', () => {
  test.each(differentiable)('%s', (_name, { fn, args, by }) => {
    const inputs = args();
    // Unequal weights, so that no two outputs' gradients can cancel or be swapped unseen.
    const weighted = (tensor: tf.Tensor): tf.Tensor => {
      const weights = tf.cos(tf.range(1, tensor.size + 1)).reshape(tensor.shape);
      return tf.sum(tf.mul(tf.cast(tensor, 'float32'), weights));
    };
    const gradient = (...tensors: tf.Tensor[]): tf.Tensor[] => {
      const loss = (...some: tf.Tensor[]): tf.Tensor => {
        const all = [...tensors];
        by!.forEach((position, i) => (all[position] = some[i]));
        return tf.addN(
          flatten((fn as (...tensors: tf.Tensor[]) => Tensors)(...all), 'result').map(weighted),
        ) as tf.Scalar;
      };
      return tf.grads(loss)(by!.map((position) => tensors[position]));
    };
    const compiled = compile(gradient);
    expectSame(compiled(...inputs), gradient(...inputs), gradientTolerance);
    compiled.dispose();
  });
});
