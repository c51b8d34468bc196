import * as tf from '@tensorflow/tfjs';
import { refuse } from '../../core/checks';
import { isMixture } from '../../nn/density/mixture';
import type { DensityParts } from '../density/embedded-density';
import type { NpeEstimator } from '../density/npe';
import { npeMethod } from '../density/train-posterior-density';
import { tensorsOf } from '../estimator-record';
import { naturalGaussian, unstandardised, type WeightedGaussian } from './natural-gaussian';

/** The Gaussians that a mixture density network gives; it owns its weights. */
export interface MixtureNetwork {
  /** The Gaussians in the frame's unconstrained coordinates, for each standardised observation of x [N, L]. */
  gaussians(x: tf.Tensor2D): WeightedGaussian[][];
  dispose(): void;
}

/**
 * What the density of an estimator is made of.
 * @param what the method in messages.
 * @throws InvalidInputError where the density is no mixture of Gaussians.
 */
export function mixtureNetwork(
  what: string,
  { config, record }: NpeEstimator,
  parts: Partial<DensityParts>,
): MixtureNetwork {
  const model = npeMethod(parts).model(config.dims, config.network);
  const { density } = model;
  if (!isMixture(density)) return refuse(`${what}: density`, 'densities.mixture({ ... })', 'another');
  const weights = tensorsOf(record(), 'weights');
  return {
    gaussians: (x) => {
      const { logWeights, mean, factor } = tf.tidy(() => ({
        ...density.components(model.densityWeights(weights), model.contextOfEach(weights, x)),
      }));
      const values = { logWeights: logWeights.arraySync(), mean: mean.arraySync(), factor: factor.arraySync() };
      tf.dispose([logWeights, mean, factor]);
      return values.mean.map((centres, i) =>
        centres.map((centre, k) => ({
          ...unstandardised(naturalGaussian(centre, values.factor[i][k]), config.frame.theta),
          logWeight: values.logWeights[i][k],
        })),
      );
    },
    dispose: () => tf.dispose(weights),
  };
}
