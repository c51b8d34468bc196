import type { Experiment } from '../experiments/experiment';
import { nlse } from '../inference/score/nlse';
import { npse } from '../inference/score/npse';
import * as sequential from '../inference/sequential/index';
import { paperNetwork } from '../nn/score/paper-network';
import { inRoundsSetting } from './in-rounds-setting';
import {
  benchmarkExperiment,
  benchmarkExperiments,
  onPairs,
  type BenchmarkPart,
  type BenchmarkStudy,
} from './published-benchmark';
import type { StudyExperiment } from './study-experiment';

export { tasks } from './published-benchmark';

/** A way to infer with scores: at once, or in rounds. */
export type ScoresInRoundsSetting =
  'npse' | 'nlse' | 'tsnpse' | 'tsnpse-simulations' | 'tsnpse-paper' | 'snpse-a' | 'snpse-b' | 'snpse-c' | 'snlse';

/** Which part of the study is wanted. */
export type ScoresInRoundsOptions = BenchmarkPart<ScoresInRoundsSetting>;

/** The folder in `results/` that the rows are kept in. */
export const notebook = '06-sequential';

/**
 * The paper's TSNPSE, as far as it says: three layers of 256, the VP diffusion, the plain loss on all rounds, 15 % held
 * out, Adam at 1e-4 with batches of 200 for at most 3,000 steps, and the region of the flow of 20,000 draws at 5e-4.
 */
const paper: sequential.TsnpseOptions = {
  network: paperNetwork({ width: 256, activation: 'silu' }),
  gaussians: 0,
  emulated: 0,
  allRounds: true,
  byFlow: true,
  truncation: { massOutside: 5e-4, draws: 20_000 },
  fit: { learningRate: 1e-4, cosineDecay: false, batchSize: 200, validationFraction: 0.15, ema: 0 },
};

/** How each setting infers, the same for all tasks; those in rounds for each observation anew. */
const study: BenchmarkStudy<ScoresInRoundsSetting> = {
  name: 'scores in rounds',
  notebook,
  settings: {
    npse: onPairs('NPSE', npse.train, {}),
    nlse: onPairs('NLSE', nlse.train, {}),
    tsnpse: inRoundsSetting(sequential.tsnpse()),
    'tsnpse-simulations': inRoundsSetting(sequential.tsnpse({ emulated: 0 }), 'TSNPSE (simulations only)'),
    'tsnpse-paper': inRoundsSetting(sequential.tsnpse(paper), 'TSNPSE (paper)'),
    'snpse-a': inRoundsSetting(sequential.snpseA()),
    'snpse-b': inRoundsSetting(sequential.snpseB()),
    'snpse-c': inRoundsSetting(sequential.snpseC()),
    snlse: inRoundsSetting(sequential.snlse()),
  },
};

/** The names of the ways to infer. */
export const settings = Object.keys(study.settings) as readonly ScoresInRoundsSetting[];

/**
 * Scores in rounds on one task of the benchmark: for each setting, budget and seed one inference for each observation,
 * or one training for all; judged as the benchmark is.
 *
 * @param task the name of a benchmark task, such as `two_moons`.
 * @param options the part that is wanted; its `tasks` are left aside.
 * @throws InvalidInputError for an unknown task or setting, or an observation that is not among the published ones.
 * Source: Sharrock et al. (2024), "Sequential neural score estimation", section 5; Lueckmann et al. (2021).
 * @example
 * const trial = scoresInRounds.experiment('two_moons', { settings: ['tsnpse'], observations: [1], suffix: ', quick' });
 * trial.settings[0].perObservation; // true
 */
export function experiment(task: string, options: ScoresInRoundsOptions = {}): Experiment {
  return benchmarkExperiment(study, task, options);
}

/**
 * Scores in rounds on the benchmark, an {@link experiment} for each task: rows of `results/06-sequential`.
 * @throws InvalidInputError for an unknown task or setting, or an observation that is not among the published ones.
 * @example
 * scoresInRounds.experiments({ budgets: [1_000] }).length; // 10
 */
export function experiments(options: ScoresInRoundsOptions = {}): StudyExperiment[] {
  return benchmarkExperiments(study, options);
}
