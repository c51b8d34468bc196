import * as tf from '@tensorflow/tfjs';
import type { ObservationGaussians } from '../../compose/observation-gaussians';
import type { ObservedModel } from '../../nn/score/observation-scores';
import type { ComposedModel } from './score-programs';

/** The observed model with what its composition asks for, made at the first use and kept. */
export function composedModel(observed: ObservedModel, make: (() => Promise<ObservationGaussians>) | undefined) {
  let known: ObservationGaussians | undefined;
  let isDisposed = false;
  return {
    get: async (): Promise<ComposedModel> => {
      if (!make) return observed;
      if (!known) {
        const made = await make();
        // of two draws at once, the first one's
        if (known || isDisposed) tf.dispose(made);
        known ??= made;
      }
      return { ...observed, gaussians: known };
    },
    dispose: () => {
      isDisposed = true;
      if (known) tf.dispose(known);
    },
  };
}
