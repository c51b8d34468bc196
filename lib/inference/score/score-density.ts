import * as tf from '@tensorflow/tfjs';
import type { ComposedScore } from '../../compose/composed-score';
import type { Diffusion } from '../../diffusion/diffusion';
import type { Tensors } from '../../graph/tensors';
import {
  flowDensity,
  type FlowDensity,
  type FlowDensityOptions,
  type LogProbOptions,
} from '../../samplers/flow-density';
import { requireParameters, type Frame } from '../frame';

/** How a posterior's log density is integrated and watched. */
export type PosteriorDensityOptions = FlowDensityOptions & LogProbOptions;

/** The log density in the prior's parameters of a score in those that a network sees. */
export interface ScoreDensity<C extends Tensors> {
  /** log q(theta) [B] at theta [B, D], -Infinity outside of the prior's support; the caller disposes it. */
  logProb(context: C, theta: tf.Tensor2D, options?: PosteriorDensityOptions): Promise<tf.Tensor1D>;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/** The log density behind the scores of single observations, by the probability flow. */
export function scoreDensity<C extends Tensors>(
  diffusion: Diffusion,
  bind: (context: C) => ComposedScore,
  frame: Frame,
): ScoreDensity<C> {
  const programs = new Map<string, FlowDensity<C>>();
  const program = (options: FlowDensityOptions): FlowDensity<C> => {
    const id = JSON.stringify(options);
    let known = programs.get(id);
    if (!known) programs.set(id, (known = flowDensity(diffusion, bind, options)));
    return known;
  };
  return {
    logProb: async (context, theta, { seed, signal, progress, ...options } = {}) => {
      requireParameters('logProb: theta', theta, frame);
      const y = tf.tidy(() => frame.toNetworkInside(theta));
      try {
        const ofY = await program(options).logProb(context, y, { seed, signal, progress });
        return tf.tidy(() => {
          const logProb = frame.logProb(theta, ofY).clone();
          ofY.dispose();
          return logProb;
        });
      } finally {
        y.dispose();
      }
    },
    dispose: () => {
      for (const each of programs.values()) each.dispose();
      programs.clear();
    },
  };
}
