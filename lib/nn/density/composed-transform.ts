import * as tf from '@tensorflow/tfjs';
import type { Weights } from '../network';
import type { ConditionalTransform } from './conditional-density';

/**
 * Transforms one after the other: z = f_K(... f_1(theta)), whose log |det| add up.
 * @param layers at least one, all of the same D, each with weights of its own.
 */
export function composedTransform(layers: readonly ConditionalTransform[]): ConditionalTransform {
  const ends = layers.map((_, k) => layers.slice(0, k + 1).reduce((sum, { weights }) => sum + weights.length, 0));
  const own = (weights: Weights, k: number): Weights => weights.slice(k === 0 ? 0 : ends[k - 1], ends[k]);
  const forEachRow = (context: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D =>
    context.shape[0] === rows.shape[0] ? context : tf.tile(context, [rows.shape[0], 1]);
  return {
    dim: layers[0].dim,
    weights: layers.flatMap((layer) => layer.weights),
    ...(layers.some(({ inverseHasNoGradient }) => inverseHasNoGradient) && { inverseHasNoGradient: true }),
    forward: (weights, theta, context) => {
      const contexts = forEachRow(context, theta);
      const logDets: tf.Tensor1D[] = [];
      const z = layers.reduce((x, layer, k) => {
        const { z, logDet } = layer.forward(own(weights, k), x, contexts);
        logDets.push(logDet);
        return z;
      }, theta);
      return { z, logDet: tf.addN(logDets) };
    },
    inverse: (weights, z, context) => {
      const contexts = forEachRow(context, z);
      return layers.reduceRight((y, layer, k) => layer.inverse(own(weights, k), y, contexts), z);
    },
  };
}
