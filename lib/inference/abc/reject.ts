import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireNumber } from '../../core/checks';
import { toTensor2D, type Rows } from '../../core/rows';
import { unconstrained } from '../../distributions/unconstrained';
import type { Prior } from '../../distributions/prior';
import { checkShape } from '../../distributions/prior-shape';
import { rowViews } from '../../maths/moments';
import { checkPairs, type TrainingPairs } from '../check-pairs';
import { abcPosterior, checkSettings, defaultSettings, oneObservation } from './abc-posterior';
import type { AbcPosterior, AbcSettings } from './abc-posterior';
import { dataDistance } from './distance';
import { equalPopulation, type Particle } from './particles';

/** Options of `abc.reject`. */
export interface RejectionOptions extends AbcSettings {
  /** The prior that the parameters were drawn from. */
  prior: Prior;
  /**
   * The simulations that are accepted, nearest to the observation first: a share of them below 1, or their number.
   * Default: a hundredth, and at least 100.
   */
  accept?: number;
}

/** {@link abc.reject}. */
export function reject(pairs: TrainingPairs, xObs: Rows, options: RejectionOptions): AbcPosterior {
  const what = 'abc.reject';
  const { prior, accept, ...chosen } = objectOf(`${what}: options`, options, '{ prior }');
  const settings = { ...defaultSettings, ...chosen };
  checkShape(prior, `${what}: prior`);
  checkSettings(what, settings);
  checkPairs(what, pairs, prior);
  const isOfPrior = pairs.proposed !== true;
  const remedy = 'Simulate from the prior, or let abc.smc propose and weigh parameters itself.';
  demand(`${what}: simulations`, isOfPrior, 'parameters drawn from the prior', 'those of a proposal', remedy);
  const [count, width] = pairs.x.shape;
  const wanted = acceptedOf(count, accept);
  const given = toTensor2D(xObs, 'xObs', width);
  try {
    const observed = oneObservation(what, given);
    const rows = rowViews(pairs.x.dataSync<'float32'>(), width);
    const data = dataDistance(rows, observed, settings.distance);
    const distances = Float64Array.from(rows, (row) => data.of(data.difference(row)));
    const nearest = Array.from(distances, (_, i) => i).sort((a, b) => distances[a] - distances[b]);
    const z = unconstrainedRows(prior, pairs.theta);
    const particles = nearest.slice(0, wanted).map((i): Particle => ({
      z: Float64Array.from(z[i]),
      difference: data.difference(rows[i]),
      distance: distances[i],
    }));
    return abcPosterior(prior, equalPopulation(particles), settings);
  } finally {
    given.dispose();
  }
}

/** How many of `count` simulations are accepted. */
function acceptedOf(count: number, accept = Math.min(count, Math.max(100, Math.ceil(count / 100)))): number {
  const expected = `a share between 0 and 1, or a whole number from 2 to ${count}, the simulations that there are`;
  const isShare = accept > 0 && accept < 1;
  requireNumber('abc.reject: accept', accept, expected, () => isShare || Number.isInteger(accept));
  const wanted = isShare ? Math.round(accept * count) : accept;
  const received = isShare ? `${accept}, that is ${wanted} of ${count}` : accept;
  demand('abc.reject: accept', wanted >= 2 && wanted <= count, expected, received);
  return wanted;
}

/** Parameters [N, D] in unconstrained coordinates, as rows. */
export function unconstrainedRows(prior: Prior, theta: tf.Tensor2D): ArrayLike<number>[] {
  const z = tf.tidy(() => unconstrained(prior).toUnconstrained(theta).dataSync<'float32'>());
  return rowViews(z, prior.dim);
}
