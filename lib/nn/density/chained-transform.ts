import * as tf from '@tensorflow/tfjs';
import type { ElementwiseTransform } from './elementwise-transform';

/** Maps of single numbers one after the other, whose parameters stand in that order. */
export function chainedTransform(parts: readonly ElementwiseTransform[]): ElementwiseTransform {
  const split = (raw: tf.Tensor2D, dim: number): tf.Tensor2D[] =>
    tf.split(
      raw,
      parts.map(({ parameters }) => parameters * dim),
      1,
    );
  return {
    parameters: parts.reduce((sum, { parameters }) => sum + parameters, 0),
    forward: (x, raw) => {
      const own = split(raw, x.shape[1]);
      const logDets: tf.Tensor1D[] = [];
      const z = parts.reduce((at, part, k) => {
        const { z, logDet } = part.forward(at, own[k]);
        logDets.push(logDet);
        return z;
      }, x);
      return { z, logDet: tf.addN(logDets) };
    },
    inverse: (z, raw) => {
      const own = split(raw, z.shape[1]);
      return parts.reduceRight((at, part, k) => part.inverse(at, own[k]), z);
    },
  };
}
