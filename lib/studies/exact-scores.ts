import * as tf from '@tensorflow/tfjs';
import type { Composition, ObservationScores, PriorScores } from '../compose/composed-score';
import { observationGaussians } from '../compose/observation-gaussians';
import { observationScores } from '../compose/observation-scores';
import { demand } from '../core/checks';
import { gaussianScore } from '../diffusion/gaussian-score';
import type { NoiseLevel } from '../diffusion/noise-level';
import { vpLinear } from '../diffusion/vp';
import type { ScoredPrior } from '../distributions/prior';
import type { ExperimentSetting } from '../experiments/experiment';
import { dpmSolver } from '../samplers/dpm-solver';
import { fisherLangevin } from '../samplers/fisher-langevin';
import { samplingProgram } from '../samplers/sample';
import type { GaussianTask } from '../tasks/gaussian-linear';

/** The scores of single posteriors and of the prior, in closed form. */
export interface KnownScores {
  /** Those of the posteriors given each observation. */
  observations(xObs: number[][]): ObservationScores;
  /** Those of the prior. */
  readonly prior: PriorScores;
  /** The prior's covariance, and that of a single posterior, for compositions that ask for them. */
  readonly covariances: readonly [prior: number[][], single: number[][]];
}

const diagonal = (values: readonly number[]): number[][] =>
  values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));

/** Those of a Gaussian task, whose single posteriors differ in their means only: a sum costs what one score does. */
export function knownGaussianScores(task: GaussianTask): KnownScores {
  const { prior, dataDim } = task;
  const zeros = new Array<number>(dataDim).fill(0);
  const single = task.exactPosterior([zeros]).covariance.map((row) => [...row]);
  const centred = gaussianScore(zeros, single);
  return {
    observations: (xObs) => {
      const means = xObs.map((x) => task.exactPosterior([x]).mean as number[]);
      const n = means.length;
      const average = [zeros.map((_, i) => means.reduce((sum, mean) => sum + mean[i], 0) / n)];
      // linear in the mean
      const about = (theta: tf.Tensor2D, level: NoiseLevel, mean: tf.Tensor2D): tf.Tensor2D =>
        centred(tf.sub(theta, tf.mul(level.meanCoeff, mean)), level);
      const subset: ObservationScores['subset'] = (theta, level, index) =>
        tf.mul(index.shape[0], about(theta, level, tf.mean(tf.gather(tf.tensor2d(means), index), 0, true)));
      return {
        n,
        dim: dataDim,
        sum: (theta, level) => tf.mul(n, about(theta, level, tf.tensor2d(average))),
        each: (theta, level) => tf.stack(means.map((mean) => about(theta, level, tf.tensor2d([mean])))) as tf.Tensor3D,
        subset,
      };
    },
    prior: { score: (theta) => prior.score(theta), diffusedScore: prior.diffused!.score },
    covariances: [
      diagonal(task.exactPosterior([zeros]).covariance.map((row, i) => 1 / (1 / row[i] - 1 / task.noiseVariance[i]))),
      single,
    ],
  };
}

/** Those of a task from the laws of its single posteriors, each of them evaluated in a sum. */
export function knownScores(
  prior: ScoredPrior,
  single: (x: number[]) => Pick<ScoredPrior, 'diffused'>,
  variances: { readonly prior: readonly number[]; readonly single: readonly number[] },
): KnownScores {
  return {
    observations: (xObs) =>
      observationScores(
        prior.dim,
        xObs.map((x) => single(x).diffused!.score),
      ),
    prior: { score: (theta) => prior.score(theta), diffusedScore: prior.diffused!.score },
    covariances: [diagonal(variances.prior), diagonal(variances.single)],
  };
}

/**
 * Exact scores as a setting of an experiment: nothing is trained and no simulator called, so that what its rows are
 * off is the composition's and the sampler's. Draws are by the sampler that an estimator takes for the composition.
 */
export function exactScoresSetting(
  name: string,
  id: string,
  known: KnownScores,
  compositions: Readonly<Record<string, Composition>>,
): ExperimentSetting {
  return {
    setting: name,
    id,
    methods: Object.keys(compositions),
    definition: { scores: 'exact', compositions },
    train: async () => ({
      simulatorCalls: 0,
      draw: async (method, xObs, samples, { seed, signal }) => {
        const composition = compositions[method];
        demand('exact scores: method', composition !== undefined, Object.keys(compositions).join(' or '), method);
        const n = xObs.length;
        const { needs } = composition;
        const [prior, single] = known.covariances;
        const covariances = { each: xObs.map(() => single), shared: [single], prior: [prior] };
        const gaussians = n > 1 && needs.gaussians && observationGaussians(n, covariances[needs.gaussians], prior);
        const observations = { ...known.observations(xObs), ...(gaussians && { gaussians }) };
        const target = composition.compose(observations, known.prior);
        const sampler = composition.isDiffused(n) ? dpmSolver() : fisherLangevin();
        const program = samplingProgram(sampler, { diffusion: vpLinear() }, (_: tf.Tensor) => target);
        const nothing = tf.scalar(0);
        try {
          const drawn = await program.sample(nothing, { n, dim: target.dim }, samples, {
            seed,
            signal,
            progress: false,
          });
          return drawn;
        } finally {
          tf.dispose([nothing, ...Object.values(gaussians || {})]);
          program.dispose();
        }
      },
      dispose: () => {},
    }),
  };
}
