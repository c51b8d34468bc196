import type { Experiment, ExperimentSetting } from '../experiments/experiment';
import { posteriorSetting } from '../experiments/posterior-setting';
import { abc } from '../inference/abc/abc';
import { npe, type NpeSettings } from '../inference/density/npe';
import { realNvp } from '../nn/density/real-nvp';
import {
  benchmarkExperiment,
  benchmarkExperiments,
  onPairs,
  type BenchmarkPart,
  type BenchmarkStudy,
} from './published-benchmark';
import type { StudyExperiment } from './study-experiment';

export { tasks } from './published-benchmark';

/**
 * A way to infer of the classical family: NPE with each density and as an ensemble, NLE, the ratios, the same in
 * rounds, and approximate Bayesian computation.
 */
export type ClassicalSetting = 'npe-realnvp' | 'rej-abc' | 'smc-abc';

/** Which part of the study is wanted. */
export type ClassicalOptions = BenchmarkPart<ClassicalSetting>;

/** The folder in `results/` that the rows are kept in. */
export const notebook = '05-neural-sbi-family';

function npeWith(method: string, settings: NpeSettings): (setting: string) => ExperimentSetting {
  return onPairs(method, (pairs, options) => npe.train(pairs, { ...settings, ...options }));
}

/** The accepted and smoothed particles of the benchmark's own ABC: 100 of them. */
const particles = 100;
const smoothing = 'kernel';

/** How each setting infers, the same for all tasks; those in rounds, and SMC-ABC, for each observation anew. */
const study: BenchmarkStudy<ClassicalSetting> = {
  name: 'classical',
  notebook,
  settings: {
    'npe-realnvp': npeWith('NPE (RealNVP)', { density: realNvp() }),
    'rej-abc': onPairs('REJ-ABC', async ({ theta, x, dropped }, { prior }) => {
      const [ofPrior, data] = [theta.clone(), x.clone()];
      const simulations = { theta: ofPrior, x: data, dropped };
      return {
        given: (xObs) => abc.reject(simulations, xObs, { prior, accept: particles, smoothing }),
        dispose: () => [ofPrior, data].forEach((table) => table.dispose()),
      };
    }),
    'smc-abc': (setting) =>
      posteriorSetting({
        setting,
        method: 'SMC-ABC',
        infer: async (task, xObs, options) => {
          const posterior = await abc.smc(task, xObs, { particles, smoothing, ...options });
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
