import * as tf from '@tensorflow/tfjs';
import { requireCount } from '../../core/checks';
import { describedPosterior } from '../../contract/descriptions';
import type { DrawOptions, Posterior, PosteriorDensity } from '../../contract/posterior';
import type { Composition } from '../../compose/composed-score';
import { observationCount, pickRows, type ObservedModel } from '../../nn/score/observation-scores';
import { requireDiffused } from '../../samplers/descent';
import type { Sampler } from '../../samplers/sampler';
import type { Frame } from '../frame';
import { withinSupport } from '../within-support';
import { distinctRows } from './mode-search';
import type { PosteriorDensityOptions } from './score-density';
import type { ScorePrograms } from './score-programs';

/** How samples are drawn from a score. */
export interface PosteriorSampleOptions extends DrawOptions {
  /**
   * How noise becomes samples. Default: the method's own where the composed score is that of a diffused density, as for
   * one observation; else `predictorCorrector()`.
   */
  sampler?: Sampler;
}

/** How the parameters of the highest density are searched. */
export interface PosteriorMapOptions extends DrawOptions {
  /** Draws that the ascents start from, at least 2. Default 64. */
  starts?: number;
}

/** The posterior given n observations, as a score has it. */
export interface ScorePosterior extends Posterior<PosteriorSampleOptions, PosteriorDensityOptions> {
  /**
   * The log density. Of one observation it is normalised, by the probability flow; of several it is known up to a
   * constant, (1 - n) log p(theta) + sum_j log q(theta | x_j), at the cost of n log densities.
   */
  readonly density: PosteriorDensity<PosteriorDensityOptions>;
  /**
   * The parameters [D] of the highest density: ascents along the score at the smallest noise, from draws, and of draws
   * and ends the point of the highest density; the caller disposes the tensor.
   * @throws InvalidInputError for an invalid number of starts; what `sample` and `density.logProb` throw.
   */
  map(options: PosteriorMapOptions): Promise<tf.Tensor1D>;
}

/** What a posterior is made of. */
export interface ScorePosteriorParts {
  readonly programs: ScorePrograms;
  readonly frame: Frame;
  readonly composition: Composition;
  /** The sampler where none is asked for. */
  readonly sampler: Sampler;
  /** The model, which stays its owner's, and the embedded observations, which are the posterior's. */
  readonly observed: ObservedModel;
}

/** The posterior of embedded observations. */
export function scorePosterior({
  programs,
  frame,
  composition,
  sampler,
  observed,
}: ScorePosteriorParts): ScorePosterior {
  const n = observationCount(observed);
  const dim = frame.dims.theta;
  const sample = async (
    count: number,
    { sampler: wanted = sampler, ...options }: PosteriorSampleOptions,
  ): Promise<tf.Tensor2D> => {
    if (wanted.needsDiffused) requireDiffused({ n, isDiffused: composition.isDiffused(n) }, wanted.id);
    const y = await programs.sampler(composition, wanted).sample(observed, { n, dim }, count, options);
    return tf.tidy(() => {
      const theta = frame.toParameters(y);
      y.dispose();
      return theta;
    });
  };
  const density = n === 1 ? ofOne(programs, observed) : ofSeveral(programs, observed, frame);
  const posterior: ScorePosterior = {
    n,
    dim,
    sample,
    density,
    map: async ({ starts = 64, ...options }) => {
      requireCount('posterior.map starts', starts, 2);
      const draws = await sample(starts, options);
      const ends = tf.tidy(() =>
        frame.toParameters(programs.search(composition).climb(observed, frame.toNetwork(draws))),
      );
      // an ascent may follow errors of the network: no answer is worse than a draw
      const candidates = tf.tidy(() => tf.concat([distinctRows(ends, draws), draws]) as tf.Tensor2D);
      tf.dispose([ends, draws]);
      try {
        const logProb = await density.logProb(candidates, options);
        return tf.tidy(() => {
          const best = tf.argMax(logProb).as1D() as tf.Tensor1D;
          logProb.dispose();
          return tf.gather(candidates, best).as1D() as tf.Tensor1D;
        });
      } finally {
        candidates.dispose();
      }
    },
    dispose: () => tf.dispose(observed.observations),
  };
  return describedPosterior(posterior, 'a learned score');
}

function ofOne({ density }: ScorePrograms, observed: ObservedModel): ScorePosterior['density'] {
  return { normalised: true, logProb: (theta, options) => density.logProb(observed, theta, options) };
}

/** (1 - n) log p(theta) + sum_j log q(theta | x_j): what the factorised score is the gradient of at t = 0. */
function ofSeveral(
  { density }: ScorePrograms,
  { tensors, observations }: ObservedModel,
  { prior }: Frame,
): ScorePosterior['density'] {
  const n = observations.shares.shape[0];
  return {
    normalised: false,
    logProb: async (theta, options) => {
      let sum = tf.tidy(() => tf.mul(1 - n, prior.logProb(theta)).as1D() as tf.Tensor1D);
      for (let j = 0; j < n; j++) {
        const one = tf.tidy(() => pickRows(observations, (rows) => tf.slice(rows, [j, 0], [1, -1])));
        try {
          const logProb = await density.logProb({ tensors, observations: one }, theta, options);
          const next = tf.tidy(() => tf.add(sum, logProb) as tf.Tensor1D);
          tf.dispose([sum, logProb]);
          sum = next;
        } catch (error) {
          sum.dispose();
          throw error;
        } finally {
          tf.dispose(one);
        }
      }
      return tf.tidy(() => {
        const kept = withinSupport(prior, theta, sum).clone();
        sum.dispose();
        return kept;
      });
    },
  };
}
