import { ve } from '../diffusion/ve';
import { vpLinear } from '../diffusion/vp';
import { fmpe } from '../inference/score/fmpe';
import { continuous } from '../inference/score/levels';
import { npse } from '../inference/score/npse';
import type { Experiment } from '../experiments/experiment';
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
 * A way to train of the benchmark: score estimation on the VP or the VE diffusion, on VP with emulated pairs besides,
 * or flow matching.
 */
export type BenchmarkSetting = 'vp' | 'emulated' | 've' | 'fmpe';

/** Which part of the benchmark is wanted. */
export type BenchmarkOptions = BenchmarkPart<BenchmarkSetting>;

/** The folder in `results/` that the rows are kept in. */
export const notebook = '04-sbi-benchmarks';

/** How each setting trains, the same for all tasks. */
const study: BenchmarkStudy<BenchmarkSetting> = {
  name: 'benchmark',
  notebook,
  settings: {
    vp: onPairs('NPSE (VP)', npse.train, { levels: continuous(vpLinear()) }),
    emulated: onPairs('NPSE (VP), emulated', npse.train, npse.emulatedSettings),
    ve: onPairs('NPSE (VE)', npse.train, { levels: continuous(ve()) }),
    fmpe: onPairs('FMPE', fmpe.train, {}),
  },
};

/** The names of the ways to train. */
export const settings = Object.keys(study.settings) as readonly BenchmarkSetting[];

/**
 * The benchmark of simulation-based inference on one task: one training for each setting, budget and seed, judged for
 * each published observation by C2ST, squared MMD (on 1,000 draws) and sliced Wasserstein distance to the published
 * reference samples, besides seconds.
 *
 * A setting trains the same way on all tasks. The reference samples are fetched by the project's set-up.
 *
 * @param task the name of a benchmark task, such as `two_moons`.
 * @param options the part that is wanted; its `tasks` are left aside.
 * @throws InvalidInputError for an unknown task or setting, or an observation that is not among the published ones.
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference".
 * @example
 * const part = { settings: ['vp'], budgets: [1_000], observations: [1] } as const;
 * const trial = benchmark.experiment('two_moons', { ...part, suffix: ', quick' });
 * trial.observations?.numbers; // [1]
 */
export function experiment(task: string, options: BenchmarkOptions = {}): Experiment {
  return benchmarkExperiment(study, task, options);
}

/**
 * The benchmark of simulation-based inference, an {@link experiment} for each task: rows of
 * `results/04-sbi-benchmarks`.
 * @throws InvalidInputError for an unknown task or setting, or an observation that is not among the published ones.
 * @example
 * benchmark.experiments({ budgets: [1_000] }).length; // 10
 */
export function experiments(options: BenchmarkOptions = {}): StudyExperiment[] {
  return benchmarkExperiments(study, options);
}
