import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { affineTransform } from '../../../lib/nn/density/affine-transform';
import { autoregressive } from '../../../lib/nn/density/autoregressive';
import { splineTransform } from '../../../lib/nn/density/spline-transform';
import { normals, randomWeights } from '../support';
import { jacobians, transformLaws } from './transform-laws';

const size = { name: 'layer', context: 2, width: 20, hidden: 2, activation: 'silu' } as const;

describe('a masked autoregressive transform of affine maps', () => {
  transformLaws((dim) => autoregressive({ ...size, dim, isReversed: dim % 2 === 1, transform: affineTransform }), {
    dims: [1, 2, 5],
    context: 2,
    inverse: 1e-4,
  });
});

describe('a masked autoregressive transform of splines', () => {
  transformLaws(
    (dim) =>
      autoregressive({ ...size, dim, isReversed: dim % 2 === 1, transform: splineTransform({ bins: 5, tail: 3 }) }),
    { dims: [1, 2, 5], context: 2, inverse: 1e-4, scale: 0.5 },
  );
});

describe('the masks', () => {
  it.each([false, true])('let a dimension see all those before it, and none after it (reversed: %s)', (isReversed) => {
    for (const [dim, hidden] of [
      [4, 1],
      [4, 3],
      [7, 2],
    ]) {
      const transform = autoregressive({ ...size, dim, hidden, isReversed, transform: affineTransform });
      const w = randomWeights(transform.weights);
      const { matrices } = jacobians(transform, w, normals(5, dim, 4), normals(5, 2, 3));
      for (const matrix of matrices)
        matrix.forEach((row, i) =>
          row.forEach((value, k) => {
            const isBefore = isReversed ? k > i : k < i;
            if (isBefore || i === k) expect(Math.abs(value)).toBeGreaterThan(1e-9);
            else expect(value).toBe(0);
          }),
        );
      tf.dispose(w);
    }
  });
});
