import '@tensorflow/tfjs-node';
import { describe } from 'vitest';
import { luLinear } from '../../../lib/nn/density/lu-linear';
import { transformLaws } from './transform-laws';

describe('a linear map by its LU factors', () => {
  transformLaws((dim) => luLinear({ name: 'linear', dim }), { dims: [1, 2, 5], context: 0, inverse: 1e-5, scale: 3 });
});
