import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { rng, type Rng } from '../core/rng';
import type { Prior } from './prior';

/** The generator that draws the parameters of item `index`; `simulate` uses the same, so equal seeds give equal parameters. */
export function parameterRng(root: Rng, index: number): Rng {
  return root.fork(index).fork(0);
}

/**
 * `n` draws of a prior [n, D]; the caller owns the tensor. Row i depends on the seed and on i only.
 * @throws InvalidInputError where n is not a positive whole number.
 * @example
 * const theta = priorSamples(uniform({ lower: [0, 0], upper: [1, 2] }), 100, 1); // shape [100, 2]
 */
export function priorSamples(prior: Pick<Prior, 'dim' | 'sample'>, n: number, seed: number): tf.Tensor2D {
  if (!Number.isInteger(n) || n < 1) {
    throw new InvalidInputError('priorSamples: n', { expected: 'a positive whole number', received: String(n) });
  }
  const root = rng(seed);
  const values = new Float32Array(n * prior.dim);
  for (let i = 0; i < n; i++) values.set(prior.sample(parameterRng(root, i)), i * prior.dim);
  return tf.tensor2d(values, [n, prior.dim]);
}
