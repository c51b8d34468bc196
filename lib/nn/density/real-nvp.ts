import * as tf from '@tensorflow/tfjs';
import { affineCoupling, type AffineCouplingOptions } from './affine-coupling';
import type { Weights } from '../network';
import type { ConditionalTransform } from './conditional-density';

/** Shape of a {@link realNvp}. */
export interface RealNvpOptions extends Omit<AffineCouplingOptions, 'keeps'> {
  /** Number of coupling layers; they keep the first and the last half of the dimensions in turns. */
  couplings: number;
}

/**
 * A RealNVP flow: affine couplings one after the other, each of which sees what the one before has made of the other
 * half.
 *
 * With z ~ N(0, I) the density of theta is N(z(theta); 0, I) |det dz / dtheta|.
 * Source: Dinh et al., "Density estimation using Real NVP".
 */
export function realNvp({ couplings, name, ...options }: RealNvpOptions): ConditionalTransform {
  const layers = Array.from({ length: couplings }, (_, k) =>
    affineCoupling({ ...options, name: `${name}/coupling${k}`, keeps: k % 2 === 0 ? 'first' : 'last' }),
  );
  const perLayer = layers[0].weights.length;
  const own = (weights: Weights, k: number): Weights => weights.slice(k * perLayer, (k + 1) * perLayer);
  const forEachRow = (context: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D =>
    context.shape[0] === rows.shape[0] ? context : tf.tile(context, [rows.shape[0], 1]);
  return {
    dim: options.dim,
    weights: layers.flatMap((layer) => layer.weights),
    forward: (weights, theta, context) => {
      const contexts = forEachRow(context, theta);
      const logDets: tf.Tensor1D[] = [];
      const z = layers.reduce((x, layer, k) => {
        const { y, logDet } = layer.forward(own(weights, k), x, contexts);
        logDets.push(logDet);
        return y;
      }, theta);
      return { z, logDet: tf.addN(logDets) };
    },
    inverse: (weights, z, context) => {
      const contexts = forEachRow(context, z);
      return layers.reduceRight((y, layer, k) => layer.inverse(own(weights, k), y, contexts), z);
    },
  };
}
