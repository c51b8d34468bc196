import * as tf from '@tensorflow/tfjs';
import { objectOf } from '../core/checks';
import { checkEarliest } from './schedules';
import { diffusionOf, type Diffusion } from './diffusion';

/**
 * The straight path of flow matching: meanCoeff = 1 - t and std = t, f = -1 / (1 - t) and g^2 = 2 t / (1 - t).
 *
 * Its velocity given theta and eps is eps - theta. It ends where meanCoeff is as small as std at the smallest time.
 *
 * @param earliest the smallest time, which is std there. Default 0.001.
 * @throws InvalidInputError for a smallest time outside of (0, 0.5).
 * Source: Lipman et al. (2023), "Flow matching for generative modeling", section 4.1 (optimal transport path), with t
 * from data to noise.
 * @example
 * diffusion.straightPath().drift(0.5); // -2
 */
export function straightPath(options: { earliest?: number } = {}): Diffusion {
  const { earliest = 1e-3 } = objectOf('straightPath: options', options);
  checkEarliest('straightPath', earliest);
  return diffusionOf({
    spec: { name: 'straightPath', earliest },
    earliest,
    latest: 1 - earliest,
    logRatio: (t) => Math.log(t / (1 - t)),
    drift: (t) => -1 / (1 - t),
    diffusion: (t) => Math.sqrt((2 * t) / (1 - t)),
    logRatioOf: (t) => tf.log(tf.div(t, tf.sub(1, t)) as tf.Tensor2D),
    timeOf: (u) => tf.sigmoid(u),
    meanCoeffOf: (u) => tf.sigmoid(tf.mul(-1, u) as tf.Tensor2D),
  });
}
