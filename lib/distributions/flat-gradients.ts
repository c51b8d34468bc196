/**
 * tfjs lacks gradients for most comparisons: `tf.where(theta.greater(0).all(1), ...)`, the natural way to write the
 * support of a density, cannot be differentiated with it. A comparison is flat, so its gradient is zero. Importing this
 * module registers that for the kernels that tfjs leaves without a gradient; gradients that tfjs has are left alone.
 */
import * as tf from '@tensorflow/tfjs';

const inputsOf: Readonly<Record<string, string[]>> = {
  All: ['x'],
  Any: ['x'],
  Equal: ['a', 'b'],
  NotEqual: ['a', 'b'],
  Greater: ['a', 'b'],
  Less: ['a', 'b'],
  LessEqual: ['a', 'b'],
  LogicalAnd: ['a', 'b'],
  LogicalOr: ['a', 'b'],
  LogicalNot: ['x'],
};

for (const [kernelName, inputs] of Object.entries(inputsOf)) {
  if (tf.getGradient(kernelName)) continue;
  tf.registerGradient({
    kernelName,
    inputsToSave: inputs,
    gradFunc: (_dy, saved) => Object.fromEntries(inputs.map((name, i) => [name, () => tf.zeros(saved[i].shape)])),
  });
}
