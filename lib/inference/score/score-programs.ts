import * as tf from '@tensorflow/tfjs';
import { diffusedTarget, totalScore, type ComposedScore, type Composition } from '../../compose/composed-score';
import type { ObservationGaussians } from '../../compose/observation-gaussians';
import {
  observationCount,
  pickRows,
  scoreOfRows,
  scoresOfEach,
  sumOfScores,
  type ObservedModel,
} from '../../nn/score/observation-scores';
import type { ScoreModel } from '../../nn/score/score-model';
import { samplingProgram, type SamplingProgram } from '../../samplers/sample';
import type { NoiseSchedule, Sampler } from '../../samplers/sampler';
import type { Frame } from '../frame';
import { lineDensity, type LineDensity } from './line-density';
import { modeSearch, type ModeSearch } from './mode-search';
import type { PosteriorLaws } from './posterior-laws';
import { scoreDensity, type ScoreDensity } from './score-density';

/** Observations to be put together, with the Gaussians about their posteriors where the composition asks for them. */
export type ComposedModel = ObservedModel & { readonly gaussians?: ObservationGaussians };

/** The compiled programs of one model, each made at its first use and kept for all observations. */
export interface ScorePrograms {
  /** Draws for observations put together by a composition. */
  sampler(composition: Composition, sampler: Sampler): SamplingProgram<ComposedModel>;
  /** Draws in which each particle has an observation of its own. */
  eachSampler(sampler: Sampler): SamplingProgram<ObservedModel>;
  /** Ascents to the modes of a composed posterior. */
  search(composition: Composition): ModeSearch<ComposedModel>;
  /**
   * The gradient [B, D] at y [B, D] of the log density of all observations, as the scores at the log ratio u have it;
   * `laws` where they are not both the prior.
   */
  gradientAt(observed: ObservedModel, y: tf.Tensor2D, u: tf.Scalar, laws?: PosteriorLaws): tf.Tensor2D;
  /** The log density of one observation's posterior. */
  readonly density: ScoreDensity<ObservedModel>;
  /** The log density of many observations' posterior, in the frame; `laws` where they are not both the prior. */
  line(laws?: PosteriorLaws): LineDensity<ObservedModel>;
  /** Frees all of them. */
  dispose(): void;
}

/** The programs of a model that sees parameters through a frame, and goes down the noise of a schedule. */
export function scorePrograms(model: ScoreModel, frame: Frame, schedule: NoiseSchedule): ScorePrograms {
  const { diffusion } = schedule;
  const dim = frame.dims.theta;
  const ofOne = (observed: ObservedModel): ComposedScore =>
    diffusedTarget(dim, (theta, level) => scoreOfRows(model, observed, theta, level));
  /** The same for copies of the particles one after the other, as the trace of a Jacobian takes them. */
  const ofCopies = (observed: ObservedModel): ComposedScore =>
    diffusedTarget(dim, (theta, level) => {
      const [rows, n] = [theta.shape[0], observationCount(observed)];
      if (n === 1 || rows <= n) return scoreOfRows(model, observed, theta, level);
      const observations = pickRows(observed.observations, (each) => tf.tile(each, [rows / n, 1]));
      return scoreOfRows(model, { ...observed, observations }, theta, level);
    });
  const composed = (composition: Composition, observed: ComposedModel): ComposedScore =>
    composition.compose(
      {
        n: observationCount(observed),
        dim,
        sum: (theta, level) => sumOfScores(model, observed, theta, level),
        each: (theta, level) => scoresOfEach(model, observed, theta, level),
        subset: (theta, level, index) => {
          const observations = pickRows(observed.observations, (rows) => tf.gather(rows, index));
          return sumOfScores(model, { ...observed, observations }, theta, level);
        },
        ...(observed.gaussians && { gaussians: observed.gaussians }),
      },
      { score: frame.priorScore, diffusedScore: frame.diffusedPriorScore },
    );
  const modeGradient = (composition: Composition) => (observed: ComposedModel, y: tf.Tensor2D, u: tf.Scalar) => {
    const level = diffusion.atLogRatio(u);
    const score = totalScore(composed(composition, observed), tf.mul(level.meanCoeff, y), level);
    // the mode of the parameters' density, not of that of what the network sees
    return tf.sub(tf.mul(level.meanCoeff, score), frame.volumeScore(y)) as tf.Tensor2D;
  };
  const gradientAt: ScorePrograms['gradientAt'] = (observed, y, u, laws) => {
    const level = diffusion.atLogRatio(u);
    const sum = sumOfScores(model, observed, tf.mul(level.meanCoeff, y), level);
    const n = observationCount(observed);
    const ofLaws = laws
      ? tf.sub(laws.wanted.score(y), tf.mul(n, laws.trained.score(y)))
      : tf.mul(1 - n, frame.priorScore(y));
    return tf.add(tf.mul(level.meanCoeff, sum), ofLaws) as tf.Tensor2D;
  };
  const samplers = new Kept<SamplingProgram<ComposedModel>>();
  const searches = new Kept<ModeSearch<ComposedModel>>();
  const lines = new Kept<LineDensity<ObservedModel>>();
  const density = scoreDensity(diffusion, ofCopies, frame);
  return {
    sampler: (composition, sampler) =>
      samplers.get([composition.id, sampler.id], () =>
        samplingProgram(sampler, schedule, (observed: ComposedModel) => composed(composition, observed)),
      ),
    eachSampler: (sampler) => samplers.get([sampler.id], () => samplingProgram(sampler, schedule, ofOne)),
    search: (composition) => searches.get([composition.id], () => modeSearch(modeGradient(composition))),
    gradientAt,
    density,
    line: (laws) =>
      lines.get(laws ? [laws.wanted.id, laws.trained.id] : [], () =>
        lineDensity((observed, y, u) => gradientAt(observed, y, u, laws)),
      ),
    dispose: () => {
      lines.dispose();
      samplers.dispose();
      searches.dispose();
      density.dispose();
    },
  };
}

/** Programs by the ids of what they were made from. */
class Kept<T extends { dispose(): void }> {
  private readonly known = new Map<string, T>();

  get(ids: readonly string[], make: () => T): T {
    const id = JSON.stringify(ids);
    let found = this.known.get(id);
    if (!found) this.known.set(id, (found = make()));
    return found;
  }

  dispose(): void {
    for (const each of this.known.values()) each.dispose();
    this.known.clear();
  }
}
