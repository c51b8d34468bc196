import * as tf from '@tensorflow/tfjs';
import { refuse } from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';
import type { Prior } from '../distributions/prior';
import { unconstrained } from '../distributions/unconstrained';
import { mixtureOfNumbers, type MixtureNumbers } from './fitted-mixture';
import type { ScoreEstimator } from './score/score-estimator';
import type { ScorePosterior } from './score/score-posterior';

/** Where an estimator is right that was trained on parameters of a truncated prior; JSON. */
export interface AmortisedRegion {
  /** The observations of the run [n, L], by which the prior was truncated. */
  readonly xObs: number[][];
  /** The law that the region is told by. */
  readonly mixture: MixtureNumbers;
  /** Its log density at the rim of the region: {@link rimShare} of the run's own posterior lay below. */
  readonly rim: number;
}

/** The share of the run's own posterior that lay beyond the rim. */
export const rimShare = 0.01;
/** The share of another posterior that may lie there; a Gaussian that is moved by 2 deviations has as much. */
const mostBeyond = 0.2;
/** Draws by which another posterior is judged. */
const judgedDraws = 400;

/** The log density [B] of a mixture of unconstrained parameters, at parameters [B, D]. */
export function logProbOfNumbers(numbers: MixtureNumbers, prior: Prior): (theta: tf.Tensor2D) => tf.Tensor1D {
  const law = mixtureOfNumbers(numbers);
  const { toUnconstrained, logAbsDetJacobian } = unconstrained(prior);
  return (theta) =>
    tf.tidy(() => {
      const z = toUnconstrained(theta);
      return tf.sub(law.logProb(z), logAbsDetJacobian(z)) as tf.Tensor1D;
    });
}

/**
 * An estimator that refuses what it was not trained for: it was trained on parameters within a region alone, so that
 * those of its posteriors are right that lie there.
 *
 * Of other observations than the run's, and under another prior, 400 draws are looked at before the first draw, density
 * or mode: where more than a fifth of them, and more than by chance, lie beyond the rim that a hundredth of the run's
 * own posterior lay beyond, the posterior goes on outside of the region, or is pressed against its wall from within.
 * @returns the same estimator, changed.
 */
export function amortisedWithin<E extends ScoreEstimator>(estimator: E, region: AmortisedRegion): E {
  const { prior, given, drawEach } = estimator;
  const logProb = logProbOfNumbers(region.mixture, prior);
  const requireInside = (theta: tf.Tensor2D, what: string): void => {
    const values = tf.tidy(() => logProb(theta).dataSync<'float32'>());
    const beyond = values.filter((value) => !(value >= region.rim)).length / values.length;
    const error = Math.sqrt((mostBeyond * (1 - mostBeyond)) / values.length);
    if (beyond > mostBeyond + 3 * error)
      refuse(
        `${what}: xObs`,
        "observations whose posterior lies where the run's does, which the last rounds simulated",
        `some of which ${Math.round(100 * beyond)} % of the draws lie at the rim of that region or beyond`,
        'This estimator was trained in rounds for one set of observations. Run inRounds() for these, or train npse ' +
          'on simulations of the whole prior.',
      );
  };
  const own = keyOf(region.xObs);
  return Object.assign(estimator, {
    given: (xObs: Rows, options: Parameters<ScoreEstimator['given']>[1] = {}) => {
      const posterior = given(xObs, options);
      return keyOf(xObs) === own && !options.prior ? posterior : watched(posterior, requireInside);
    },
    // densities are asked of one posterior at a time, which looks at its draws first
    logProbEach: undefined,
    drawEach: async (x: Rows, options: Parameters<ScoreEstimator['drawEach']>[1]) => {
      const drawn = await drawEach(x, options);
      try {
        const rows = tf.tidy(() => tf.unstack(drawn).length);
        for (let i = 0; i < rows; i++)
          tf.tidy(() => requireInside(tf.gather(drawn, i) as unknown as tf.Tensor2D, `drawEach: row ${i} of x`));
        return drawn;
      } catch (error) {
        drawn.dispose();
        throw error;
      }
    },
  });
}

/** A posterior that is looked at before it is used for the first time. */
function watched(posterior: ScorePosterior, requireInside: (theta: tf.Tensor2D, what: string) => void): ScorePosterior {
  const { sample, density, map } = posterior;
  let looked: Promise<void> | undefined;
  const look = async (signal?: AbortSignal): Promise<void> => {
    const drawn = await sample(judgedDraws, { seed: 0, signal, progress: false });
    try {
      requireInside(drawn, 'given');
    } finally {
      drawn.dispose();
    }
  };
  const first = async (signal?: AbortSignal): Promise<void> => {
    looked ??= look(signal);
    await looked.catch((error) => {
      looked = undefined;
      throw error;
    });
  };
  return Object.assign(posterior, {
    sample: async (...asked: Parameters<typeof sample>) => {
      await first(asked[1]?.signal);
      return sample(...asked);
    },
    density: {
      ...density,
      logProb: async (...asked: Parameters<typeof density.logProb>) => {
        await first(asked[1]?.signal);
        return density.logProb(...asked);
      },
    },
    map: async (...asked: Parameters<typeof map>) => {
      await first(asked[0]?.signal);
      return map(...asked);
    },
  });
}

/** Observations as they come back from float32. */
function keyOf(xObs: Rows): string {
  const x = toTensor2D(xObs, 'xObs');
  const rows = x.arraySync();
  x.dispose();
  return JSON.stringify(rows);
}
