import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import type { Prior } from '../distributions/prior';
import { priorSamples } from '../distributions/prior-samples';
import { checkShape } from '../distributions/prior-shape';
import type { Frame } from './frame';

/** Draws of a prior that are looked at. */
const priorDraws = 1000;
/** The share of them that may lie beyond all simulations before there is a warning: a normal prior has a few. */
const mostBeyond = 0.02;

/**
 * Refuses a prior that reaches beyond that of training, and warns of one whose draws lie where no simulation was.
 * @param known the prior of training, the frame of its parameters, and what was learned, in a word.
 * @throws InvalidInputError for what is no prior, another number of parameters, or a support beyond the training's.
 */
export function checkOtherPrior(
  prior: Prior,
  known: { readonly prior: Prior; readonly frame: Frame; readonly learned: string },
): void {
  const what = 'estimator.given: prior';
  checkShape(prior, what);
  const { frame, learned } = known;
  const { dim, support } = known.prior;
  demand(what, prior.dim === dim, `a prior of ${dim} parameters`, prior.dim);
  const sides = (side: 'lower' | 'upper', open: number): number[][] =>
    [prior.support, support].map((each) => [...(each?.[side] ?? new Array<number>(dim).fill(open))]);
  const [[lower, low], [upper, high]] = [sides('lower', -Infinity), sides('upper', Infinity)];
  demand(
    what,
    lower.every((value, k) => value >= low[k] && upper[k] <= high[k]),
    `a support within that of training, [${low.join(', ')}] to [${high.join(', ')}]`,
    `[${lower.join(', ')}] to [${upper.join(', ')}]`,
    `The ${learned} was learned there only; train on simulations from a prior that reaches as far.`,
  );
  const { lowest, highest } = frame.config.theta;
  const beyond = tf.tidy(() => {
    const y = frame.toNetwork(priorSamples(prior, priorDraws, 1));
    const isOut = tf.logicalOr(tf.less(y, tf.tensor1d(lowest)), tf.greater(y, tf.tensor1d(highest)));
    return tf.mean(tf.cast(tf.any(isOut, 1), 'float32')).dataSync()[0];
  });
  if (beyond > mostBeyond)
    console.warn(
      `${what}: ${(100 * beyond).toFixed(0)}% of its draws lie beyond all parameters that were simulated; the ` +
        `${learned} there is an extrapolation. Simulate from a wider prior.`,
    );
}
