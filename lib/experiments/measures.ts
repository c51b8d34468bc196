/** What an experiment may measure of its draws: distances to the true posterior, and what the draws cost. */
import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount } from '../core/checks';
import { c2st as classifierTest } from '../metrics/c2st';
import { slicedWasserstein as slicedDistance } from '../metrics/sliced-wasserstein';
import { squaredMmd as mmd } from '../metrics/squared-mmd';
import type { Measure } from './experiment';
import { thinned } from './thinned';

/**
 * The C2ST between the true posterior and the draws, with the seed of the run.
 * @example
 * measures.c2st().metric; // 'C2ST'
 */
export function c2st(): Measure {
  return {
    metric: 'C2ST',
    measure: async ({ truth, drawn }, { seed, signal }) => {
      const { value, standardError, spread } = await classifierTest(truth, drawn, { seed, signal, progress: false });
      return { value, standardError, spread };
    },
  };
}

/**
 * The squared MMD between the draws and the true posterior.
 * @param samples rows of each that are compared, evenly spaced. Default: all.
 * @throws InvalidInputError for an invalid number of samples.
 * @example
 * measures.squaredMmd({ samples: 1_000 }).metric; // 'squared MMD'
 */
export function squaredMmd(options: { readonly samples?: number } = {}): Measure {
  const { samples = Infinity } = objectOf('measures.squaredMmd: options', options);
  if (samples !== Infinity) requireCount('measures.squaredMmd: samples', samples, 2);
  return {
    metric: 'squared MMD',
    measure: ({ truth, drawn }) => ({
      value: tf.tidy(() => mmd(thinned(drawn, samples), thinned(truth, samples))),
      standardError: null,
    }),
  };
}

/**
 * The sliced Wasserstein distance between the true posterior and the draws, with the seed of the run.
 * @example
 * measures.slicedWasserstein().metric; // 'sliced Wasserstein'
 */
export function slicedWasserstein(): Measure {
  return {
    metric: 'sliced Wasserstein',
    measure: ({ truth, drawn }, { seed }) => slicedDistance(truth, drawn, { seed }),
  };
}

/**
 * Wall-clock seconds of the training, simulations included; the same for all draws of one training.
 * @example
 * measures.trainingSeconds().metric; // 'training seconds'
 */
export function trainingSeconds(): Measure {
  return {
    metric: 'training seconds',
    measure: (draw) => ({ value: draw.trainingSeconds, standardError: null }),
  };
}

/**
 * Wall-clock seconds of the draw.
 * @example
 * measures.drawingSeconds().metric; // 'drawing seconds'
 */
export function drawingSeconds(): Measure {
  return {
    metric: 'drawing seconds',
    measure: (draw) => ({ value: draw.drawingSeconds, standardError: null }),
  };
}
