import '@tensorflow/tfjs-node';
import { describe } from 'vitest';
import { coupling } from '../../../lib/nn/density/coupling';
import { splineTransform } from '../../../lib/nn/density/spline-transform';
import { transformLaws } from './transform-laws';

describe('a coupling layer of splines', () => {
  const size = { name: 'layer', context: 2, width: 20, hidden: 2, activation: 'silu', keeps: 'first' } as const;
  transformLaws((dim) => coupling({ ...size, dim, transform: splineTransform({ bins: 5, tail: 3 }) }), {
    dims: [1, 2, 5],
    context: 2,
    inverse: 1e-4,
    scale: 0.5,
  });
});
