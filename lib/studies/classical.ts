import type { Experiment, ExperimentSetting } from '../experiments/experiment';
import { posteriorSetting } from '../experiments/posterior-setting';
import { abc } from '../inference/abc/abc';
import { npe, type NpeSettings } from '../inference/density/npe';
import { nle } from '../inference/likelihood/nle';
import { nre } from '../inference/ratio/nre';
import * as sequential from '../inference/sequential/index';
import * as densities from '../nn/density/index';
import type { RatioLoss } from '../training/ratio/ratio-loss';
import * as ratioLosses from '../training/ratio/index';
import { inRoundsSetting } from './in-rounds-setting';
import {
  benchmarkExperiment,
  benchmarkExperiments,
  onPairs,
  type BenchmarkPart,
  type BenchmarkStudy,
  type TrainOnPairs,
} from './published-benchmark';
import type { StudyExperiment } from './study-experiment';

export { tasks } from './published-benchmark';

/**
 * A way to infer of the classical family: NPE with each density and as an ensemble, NLE, NRE with each loss, all of
 * these in rounds, and approximate Bayesian computation.
 */
export type ClassicalSetting =
  | 'npe-mixture'
  | 'npe-realnvp'
  | 'npe-maf'
  | 'npe-spline'
  | 'npe-spline-ar'
  | 'npe-ensemble'
  | 'nle'
  | 'nre-a'
  | 'nre-b'
  | 'nre-c'
  | 'bnre'
  | 'snpe-a'
  | 'snpe-b'
  | 'snpe-c'
  | 'snpe-c-mixture'
  | 'tsnpe'
  | 'snl'
  | 'snre'
  | 'rej-abc'
  | 'smc-abc';

/** Which part of the study is wanted. */
export type ClassicalOptions = BenchmarkPart<ClassicalSetting>;

/** The folder in `results/` that the rows are kept in. */
export const notebook = '05-neural-sbi-family';

/** Networks of the ensemble, of the default density: autoregressive splines. */
const members = 5;

/** The flow of the likelihoods. */
const likelihood = { density: densities.maskedAutoregressive() };

type SettingMaker = (setting: string) => ExperimentSetting;

function npeWith(method: string, settings: NpeSettings): SettingMaker {
  return onPairs(method, npe.train, settings);
}

function nreWith(method: string, loss: RatioLoss): SettingMaker {
  return onPairs(method, nre.train, { loss });
}

/** Approximate Bayesian computation as the benchmark has it: 100 smoothed particles, kernels of half the variance. */
const floor = { particles: 100, smoothing: 'kernel', kernelScale: 0.5 } as const;

/** The simulations that rejection picks from, in the place of a training. */
const keptForRejection: TrainOnPairs<{ accept: number; smoothing: 'kernel' }> = async (
  { theta, x, dropped },
  { prior, accept, smoothing },
) => {
  const [ofPrior, data] = [theta.clone(), x.clone()];
  return {
    given: (xObs) => abc.reject({ theta: ofPrior, x: data, dropped }, xObs, { prior, accept, smoothing }),
    dispose: () => [ofPrior, data].forEach((table) => table.dispose()),
  };
};

/** How each setting infers, the same for all tasks; those in rounds, and SMC-ABC, for each observation anew. */
const study: BenchmarkStudy<ClassicalSetting> = {
  name: 'classical',
  notebook,
  settings: {
    'npe-mixture': npeWith('NPE (mixture)', { density: densities.mixture() }),
    'npe-realnvp': npeWith('NPE (RealNVP)', { density: densities.realNvp() }),
    'npe-maf': npeWith('NPE (MAF)', { density: densities.maskedAutoregressive() }),
    'npe-spline': npeWith('NPE (spline coupling)', { density: densities.splineCoupling() }),
    'npe-spline-ar': npeWith('NPE (spline autoregressive)', { density: densities.splineAutoregressive() }),
    'npe-ensemble': npeWith('NPE (ensemble)', { members }),
    nle: onPairs('NLE (MAF)', nle.train, likelihood),
    'nre-a': nreWith('NRE-A', ratioLosses.nreA()),
    'nre-b': nreWith('NRE-B', ratioLosses.nreB()),
    'nre-c': nreWith('NRE-C', ratioLosses.nreC()),
    bnre: nreWith('BNRE', ratioLosses.bnre()),
    'snpe-a': inRoundsSetting(sequential.snpeA()),
    'snpe-b': inRoundsSetting(sequential.snpeB()),
    'snpe-c': inRoundsSetting(sequential.snpeC()),
    'snpe-c-mixture': inRoundsSetting(sequential.snpeCMixture()),
    tsnpe: inRoundsSetting(sequential.tsnpe()),
    snl: inRoundsSetting(sequential.snl(likelihood)),
    snre: inRoundsSetting(sequential.snre({ loss: ratioLosses.nreB() })),
    'rej-abc': onPairs('REJ-ABC', keptForRejection, { accept: floor.particles, smoothing: floor.smoothing }),
    'smc-abc': (setting) =>
      posteriorSetting({
        setting,
        method: 'SMC-ABC',
        definition: floor,
        infer: async (task, xObs, options) => {
          const posterior = await abc.smc(task, xObs, { ...floor, ...options });
          return { posterior, calls: options.calls, dispose: () => posterior.dispose() };
        },
      }),
  },
};

/** The names of the ways to infer. */
export const settings = Object.keys(study.settings) as readonly ClassicalSetting[];

/**
 * The classical family on one task of the benchmark: for each setting, budget and seed one training, or, for those that
 * infer one posterior at a time, one for each observation; judged as the benchmark is.
 *
 * @param task the name of a benchmark task, such as `two_moons`.
 * @param options the part that is wanted; its `tasks` are left aside.
 * @throws InvalidInputError for an unknown task or setting, or an observation that is not among the published ones.
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference".
 * @example
 * const trial = classical.experiment('two_moons', { settings: ['smc-abc'], observations: [1], suffix: ', quick' });
 * trial.settings[0].perObservation; // true
 */
export function experiment(task: string, options: ClassicalOptions = {}): Experiment {
  return benchmarkExperiment(study, task, options);
}

/**
 * The classical family on the benchmark, an {@link experiment} for each task: rows of `results/05-neural-sbi-family`.
 * @throws InvalidInputError for an unknown task or setting, or an observation that is not among the published ones.
 * @example
 * classical.experiments({ budgets: [1_000] }).length; // 10
 */
export function experiments(options: ClassicalOptions = {}): StudyExperiment[] {
  return benchmarkExperiments(study, options);
}
