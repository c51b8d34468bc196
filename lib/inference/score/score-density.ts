import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../../core/errors';
import type { ComposedScore } from '../../compose/composed-score';
import type { Diffusion } from '../../diffusion/diffusion';
import { unconstrained } from '../../distributions/bijector';
import type { Prior } from '../../distributions/prior';
import type { Tensors } from '../../graph/tensors';
import {
  flowDensity,
  type FlowDensity,
  type FlowDensityOptions,
  type LogProbOptions,
} from '../../samplers/flow-density';
import { standardise, type Standardisation } from '../standardisation';
import { insideSupport, withinSupport } from '../within-support';

/** How a posterior's log density is integrated and watched. */
export type PosteriorDensityOptions = FlowDensityOptions & LogProbOptions;

/** The log density in the prior's parameters of a score in standardised, unconstrained ones. */
export interface ScoreDensity<C extends Tensors> {
  /** log q(theta) [B] at theta [B, D], -Infinity outside of the prior's support; the caller disposes it. */
  logProb(context: C, theta: tf.Tensor2D, options?: PosteriorDensityOptions): Promise<tf.Tensor1D>;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/**
 * The log density behind the scores of single observations: theta = map(mean + std y) gives
 * log q(theta) = log q(y) - sum log std - log |d map|.
 */
export function scoreDensity<C extends Tensors>(
  diffusion: Diffusion,
  bind: (context: C) => ComposedScore,
  prior: Prior,
  standardisation: Standardisation,
): ScoreDensity<C> {
  const map = unconstrained(prior);
  const logStd = standardisation.std.reduce((sum, std) => sum + Math.log(std), 0);
  const programs = new Map<string, FlowDensity<C>>();
  const program = (options: FlowDensityOptions): FlowDensity<C> => {
    const id = JSON.stringify(options);
    let known = programs.get(id);
    if (!known) programs.set(id, (known = flowDensity(diffusion, bind, options)));
    return known;
  };
  return {
    logProb: async (context, theta, { seed, signal, progress, ...options } = {}) => {
      if (theta.rank !== 2 || theta.shape[1] !== prior.dim)
        throw new InvalidInputError('logProb: theta', {
          expected: `rows of ${prior.dim} parameters`,
          received: `the shape [${theta.shape}]`,
        });
      const { z, y } = tf.tidy(() => {
        const z = map.toUnconstrained(theta);
        const y = standardise(standardisation, z);
        // outside of the support any path will do
        const inside = insideSupport(prior, theta);
        return { z, y: inside ? (tf.where(tf.expandDims(inside, 1), y, tf.zerosLike(y)) as tf.Tensor2D) : y };
      });
      try {
        const ofY = await program(options).logProb(context, y, { seed, signal, progress });
        return tf.tidy(() => {
          const logProb = tf.sub(ofY, tf.add(map.logAbsDetJacobian(z), logStd)) as tf.Tensor1D;
          ofY.dispose();
          return withinSupport(prior, theta, logProb);
        });
      } finally {
        tf.dispose([z, y]);
      }
    },
    dispose: () => {
      for (const each of programs.values()) each.dispose();
      programs.clear();
    },
  };
}
