import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount } from '../../core/checks';
import { freePartial, NonFiniteError } from '../../core/errors';
import { describedPosterior } from '../../contract/descriptions';
import type { DrawOptions, Posterior, PosteriorDensity, PosteriorGradient } from '../../contract/posterior';
import type { Composition } from '../../compose/composed-score';
import { observationCount, pickRows, type ObservedModel } from '../../nn/score/observation-scores';
import { requireDiffused } from '../../samplers/descent';
import type { Sampler } from '../../samplers/sampler';
import { requireParameters, type Frame } from '../frame';
import { frameGradient } from '../frame-gradient';
import { withinSupport } from '../within-support';
import { composedModel } from './composed-model';
import { densityAlongLines, type DensityAlongLines } from './density-along-lines';
import { resampledDraws } from './resampled-draws';
import { posteriorMode } from './posterior-mode';
import type { PosteriorDensityOptions } from './score-density';
import type { PosteriorLaws } from './posterior-laws';
import type { ScorePrograms } from './score-programs';
import { singleGaussians, type SingleGaussianParts } from './single-gaussians';

/** How samples are drawn from a score. */
export interface PosteriorSampleOptions extends DrawOptions {
  /**
   * How noise becomes samples. Default: the method's own where the composed score is that of a diffused density, as for
   * one observation; else `samplers.fisherLangevin()`, with `predictorCorrector()` in its place, and a warning, where
   * that diverges, and from the start on the levels of `discrete`. One observation's posterior under another law than
   * that of training is resampled from the one under it, where their weights leave enough.
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
   * The log density. Of one observation it is normalised, by the probability flow; of several, and under another prior
   * than that of training, it is known up to a constant, log p(theta) + sum_j log [ q(theta | x_j) / p(theta) ]: of up
   * to 16, at the cost of n log densities, and of more by the score along a line from the middle of 256 draws, at that
   * of ten composed scores, without regard to the options.
   */
  readonly density: PosteriorDensity<PosteriorDensityOptions>;
  /**
   * The gradient of the log density, as the score has it at a noise of a tenth of the narrowest direction, below which
   * its errors grow.
   */
  readonly gradient: PosteriorGradient;
  /**
   * The parameters [D] of the highest density, as `density.logProb` has it: of draws, and of ends of ascents along the
   * score from them, the best, improved by Newton's method on the density itself. No draw that it starts from is
   * better. The caller disposes the tensor. The density is that of the parameters in their units.
   * @throws InvalidInputError for an invalid number of starts; what `sample` and `density.logProb` throw.
   */
  map(options: PosteriorMapOptions): Promise<tf.Tensor1D>;
}

/** What a posterior is made of. */
export interface ScorePosteriorParts {
  readonly programs: ScorePrograms;
  readonly frame: Frame;
  readonly composition: Composition;
  /** The prior wanted, and the law that drew the parameters of training; missing where both are the frame's. */
  readonly laws?: PosteriorLaws;
  /** Where the covariances of single posteriors come from. */
  readonly gaussians: SingleGaussianParts;
  /** How one observation's posterior under the law of training is drawn, where laws differ. */
  readonly underTraining?: { readonly composition: Composition; readonly sampler: Sampler };
  /** The samplers where none is asked for: the first, and those that take its place where it diverges. */
  readonly samplers: readonly Sampler[];
  /** The log noise ratios at which ascents to the mode follow the score. */
  readonly ascents: readonly number[];
  /** The model, which stays its owner's, and the embedded observations, which are the posterior's. */
  readonly observed: ObservedModel;
}

/** The posterior of embedded observations. */
export function scorePosterior({
  programs,
  frame,
  composition,
  laws,
  gaussians,
  underTraining,
  samplers,
  ascents,
  observed,
}: ScorePosteriorParts): ScorePosterior {
  const n = observationCount(observed);
  const dim = frame.dims.theta;
  const composed = composedModel(
    observed,
    n > 1 && composition.needs?.gaussians ? () => singleGaussians(n, composition.needs, gaussians) : undefined,
  );
  const sample = async (count: number, given: PosteriorSampleOptions): Promise<tf.Tensor2D> => {
    const { sampler, ...options } = objectOf('posterior.sample: options', given, '{ seed }');
    if (sampler?.needsDiffused) requireDiffused({ n, isDiffused: composition.isDiffused(n) }, sampler.id);
    const model = await composed.get();
    const drawnBy = async ([first, ...others]: readonly Sampler[]): Promise<tf.Tensor2D> => {
      try {
        return await programs.sampler(composition, first).sample(model, { n, dim }, count, options);
      } catch (error) {
        if (others.length === 0 || !(error instanceof NonFiniteError)) throw error;
        freePartial(error);
        console.warn(`${error.message} This draw is by ${others[0].id}.`);
        return drawnBy(others);
      }
    };
    if (!sampler && laws && underTraining && n === 1) {
      const drawing = programs.sampler(underTraining.composition, underTraining.sampler);
      const resampled = await resampledDraws(
        async (rows, own) => {
          const y = await drawing.sample(observed, { n, dim }, rows, { ...options, ...own });
          const theta = tf.tidy(() => frame.toParameters(y));
          y.dispose();
          return theta;
        },
        laws,
        count,
        options.seed,
      );
      if (resampled) return resampled;
    }
    const y = await drawnBy(sampler ? [sampler] : samplers);
    return tf.tidy(() => {
      const theta = frame.toParameters(y);
      y.dispose();
      return theta;
    });
  };
  const atParameters = async <T>(y: tf.Tensor2D, then: (theta: tf.Tensor2D) => Promise<T>): Promise<T> => {
    const theta = tf.tidy(() => frame.toParameters(y));
    return then(theta).finally(() => theta.dispose());
  };
  const draw = (): Promise<tf.Tensor2D> => sample(256, { seed: 0, progress: false });
  const ofMany = (): DensityAlongLines =>
    densityAlongLines(draw, frame, ({ from, y }, options) =>
      programs.line(laws).logRatio(observed, { from, y, u: ascents[0] }, options),
    );
  const ofFew = (): ScorePosterior['density'] =>
    n === 1 && !laws ? ofOne(programs, observed) : ofSeveral(programs, observed, frame, laws);
  const lines = n > mostIntegrated ? ofMany() : undefined;
  const density = lines ?? ofFew();
  const posterior: ScorePosterior = {
    n,
    dim,
    sample,
    density,
    gradient: frameGradient(frame, (y) => programs.gradientAt(observed, y, tf.scalar(Math.min(...ascents)), laws)),
    map: async (given) => {
      const { starts = 64, ...options } = objectOf('posterior.map: options', given, '{ seed }');
      requireCount('posterior.map starts', starts, 2);
      const draws = await sample(starts, options);
      const y = tf.tidy(() => frame.toNetwork(draws));
      draws.dispose();
      try {
        const model = await composed.get();
        const mode = await posteriorMode({
          draws: y,
          climbs: (from) => ascents.map((u) => programs.search(composition).climb(model, from, u)),
          logProb: (rows) => atParameters(rows, (theta) => density.logProb(theta, options)),
        });
        return tf.tidy(() => {
          const theta = frame.toParameters(mode).as1D() as tf.Tensor1D;
          mode.dispose();
          return theta;
        });
      } finally {
        y.dispose();
      }
    },
    dispose: () => {
      composed.dispose();
      tf.dispose(observed.observations);
      lines?.dispose();
    },
  };
  return describedPosterior(posterior, 'a learned score');
}

/** Observations at most whose densities are integrated one by one. */
const mostIntegrated = 16;

function ofOne({ density }: ScorePrograms, observed: ObservedModel): ScorePosterior['density'] {
  return { normalised: true, logProb: (theta, options) => density.logProb(observed, theta, options) };
}

/**
 * (1 - n) log p(theta) + sum_j log q(theta | x_j): what the factorised score is the gradient of at t = 0; with a prior
 * p that is not the law p~ of training, log p(theta) - n log p~(theta) in the place of the first term.
 */
function ofSeveral(
  { density }: ScorePrograms,
  { tensors, observations }: ObservedModel,
  frame: Frame,
  laws: ScorePosteriorParts['laws'],
): ScorePosterior['density'] {
  const n = observations.shares.shape[0];
  const { prior } = frame;
  const ofLaws = (theta: tf.Tensor2D): tf.Tensor =>
    laws
      ? tf.sub(laws.wanted.logProb(theta), tf.mul(n, laws.trained.logProb(theta)))
      : tf.mul(1 - n, prior.logProb(theta));
  return {
    normalised: false,
    logProb: async (theta, options) => {
      requireParameters('logProb: theta', theta, frame);
      let sum = tf.tidy(() => ofLaws(theta).as1D() as tf.Tensor1D);
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
