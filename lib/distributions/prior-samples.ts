import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount } from '../core/checks';
import { rng, type Rng } from '../core/rng';
import type { Prior } from './prior';

/** The generator for the parameters of item `index`; `simulate` uses it too, so equal seeds give equal parameters. */
export function parameterRng(root: Rng, index: number): Rng {
  return root.fork(index).fork(0);
}

/**
 * `n` draws of a prior [n, D]; the caller owns the tensor. Row i depends on the seed and on i only.
 * @throws InvalidInputError unless n is a positive whole number.
 * @example
 * const theta = priorSamples(uniform({ lower: [0, 0], upper: [1, 2] }), 100, 1); // shape [100, 2]
 */
export function priorSamples(prior: Pick<Prior, 'dim' | 'sample'>, n: number, seed: number): tf.Tensor2D {
  const { dim, sample } = objectOf('priorSamples: prior', prior, 'a prior { dim, sample }');
  demand('priorSamples: prior', typeof sample === 'function' && dim >= 1, 'a prior { dim, sample }', prior);
  requireCount('priorSamples: n', n);
  const root = rng(seed);
  const values = new Float32Array(n * prior.dim);
  for (let i = 0; i < n; i++) values.set(prior.sample(parameterRng(root, i)), i * prior.dim);
  return tf.tensor2d(values, [n, prior.dim]);
}
