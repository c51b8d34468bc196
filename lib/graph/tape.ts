import * as tf from '@tensorflow/tfjs';

/**
 * True where tfjs records operations for a gradient: within `tf.grad` and its kin, but not within the forward pass
 * of a `tf.customGrad`.
 */
export function tapeIsOn(): boolean {
  const { state } = tf.engine() as unknown as { state: { gradientDepth: number; kernelDepth: number } };
  return state.gradientDepth > 0 && state.kernelDepth === 0;
}
