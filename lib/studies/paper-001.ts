import { objectOf, requireCount } from '../core/checks';
import { vpLevels } from '../diffusion/vp-levels';
import { flowNpe } from '../inference/density/flow-npe';
import { npse } from '../inference/score/npse';
import type { NpseSettings } from '../inference/score/train-score-estimator';
import { annealedLangevin } from '../samplers/annealed-langevin';
import { gaussianTransitions } from '../samplers/gaussian-transitions';
import { predictorCorrector } from '../samplers/predictor-corrector';
import type { Sampler } from '../samplers/sampler';
import { gaussian10d as gaussianTask } from '../tasks/gaussian-linear';
import { mixture10d as mixtureTask } from '../tasks/linear-mixture';
import type { Task } from '../tasks/task';
import type { Experiment, ExperimentSetting } from '../experiments/experiment';
import type { DrawMethod } from '../experiments/estimator-setting';
import { pairsSetting } from '../experiments/pairs-setting';
import { setsSetting } from '../experiments/sets-setting';
import type { StudyExperiment } from './study-experiment';

/**
 * A way to train of the paper's experiments: its Score NPE, its Flow NPE, or ours; and, for what ours is made of, ours
 * with one Gaussian at most and with none, and the library's default.
 */
export type Paper001Setting = 'paper' | 'flow' | 'scorebook' | 'one-gaussian' | 'no-gaussian' | 'default';

/** Which part of the paper's experiments is wanted. */
export interface Paper001Options {
  /** Default: `paper`, `flow` and `scorebook`. */
  readonly settings?: readonly Paper001Setting[];
  /** Default: the paper's 1,000, 3,000, 10,000 and 30,000. */
  readonly budgets?: readonly number[];
  /** Default: the paper's 40, 1 to 40. */
  readonly seeds?: readonly number[];
  /** Numbers of observations. Default: 1 to 8. */
  readonly n?: readonly number[];
  /**
   * Added to the names of settings, so that trial runs are never mistaken for the experiment's: `, quick`. Default
   * none.
   */
  readonly suffix?: string;
}

/** The names of the ways to train. */
export const settings: readonly Paper001Setting[] = [
  'paper',
  'flow',
  'scorebook',
  'one-gaussian',
  'no-gaussian',
  'default',
];

/** The simulator calls that the paper's trainings are allowed. */
export const budgets: readonly number[] = [1000, 3000, 10_000, 30_000];

/**
 * The experiment on the 10-D Gaussian task: rows of `results/01-gaussian-10d`.
 *
 * The settings are `paper` (Score NPE as far as the paper states it, by Algorithm 1 with L = 50, 256 samples, and by
 * Algorithm 2; Flow NPE is a training of its own in the same setting) and `scorebook` (ours, by Algorithm 2, by
 * Algorithm 1 with five larger steps, and by the predictor-corrector).
 * @throws InvalidInputError for invalid options.
 * Source: Geffner et al. (2023), section 3 and figure 1; the paper draws the truth by HMC, here it is exact.
 * @example
 * const trial = paper001.gaussian10d({ seeds: [1], budgets: [1_000], n: [1, 8], suffix: ', quick' });
 * trial.settings.length; // 3
 */
export function gaussian10d(options: Paper001Options = {}): Experiment {
  return experiment(gaussianTask(), ours.gaussian, objectOf('paper001.gaussian10d: options', options));
}

/**
 * The experiment on the 10-D mixture task: rows of `results/02-mixture-10d`, in the settings of {@link gaussian10d};
 * ours draws by Algorithm 2 and by the library's choice on 200 discrete levels, Algorithm 2 for n = 1 and the
 * predictor-corrector for more.
 * @throws InvalidInputError for invalid options.
 * Source: Geffner et al. (2023), section 3 and figure 1; the paper draws the truth by HMC, here it is exact.
 * @example
 * paper001.mixture10d({ seeds: [1] }).budgets; // [1000, 3000, 10000, 30000]
 */
export function mixture10d(options: Paper001Options = {}): Experiment {
  return experiment(mixtureTask(), ours.mixture, objectOf('paper001.mixture10d: options', options));
}

/**
 * The paper's experiments on both tasks.
 * @throws InvalidInputError for invalid options.
 * @example
 * paper001.experiments({ seeds: [1, 2] }).length; // 2
 */
export function experiments(options: Paper001Options = {}): StudyExperiment[] {
  return [
    { notebook: '01-gaussian-10d', experiment: gaussian10d(options) },
    { notebook: '02-mixture-10d', experiment: mixture10d(options) },
  ];
}

/**
 * Algorithm 2 for one observation and the predictor-corrector for more, on 200 levels: how estimators of discrete
 * levels drew by default when the mixture experiment was run.
 * @param n the number of observations.
 * @throws InvalidInputError where n is not a positive whole number.
 * @example
 * paper001.onFewerLevels(8).poolsParticles; // true
 */
export function onFewerLevels(n: number): Sampler {
  requireCount('onFewerLevels: n', n);
  const levels = vpLevels({ count: 200 });
  return n === 1 ? gaussianTransitions({ levels }) : predictorCorrector({ levels });
}

/** How the settings of our own draw. */
const ours: Readonly<Record<'gaussian' | 'mixture', readonly DrawMethod[]>> = {
  gaussian: [
    { method: 'Score NPE (A2)', sampler: gaussianTransitions() },
    // the same Langevin time in a tenth of the steps
    { method: 'Score NPE (A1, L=5)', sampler: annealedLangevin({ steps: 5, stepSize: 0.5 }) },
    { method: 'Score NPE (PC)', sampler: predictorCorrector() },
  ],
  // the library's choice on discrete levels when this was run
  mixture: [
    { method: 'Score NPE (A2)', sampler: gaussianTransitions() },
    { method: 'Score NPE (default)', sampler: onFewerLevels },
  ],
};

function experiment(
  task: Task,
  methods: readonly DrawMethod[],
  { seeds, n, suffix = '', ...wanted }: Paper001Options,
): Experiment {
  const onPairs = (name: string, trainedWith: NpseSettings, drawn: readonly DrawMethod[]): ExperimentSetting =>
    pairsSetting({
      setting: `${name}${suffix}`,
      definition: { train: npse.train, settings: trainedWith },
      train: (pairs, options) => npse.train(pairs, { ...trainedWith, ...options }),
      methods: drawn,
    });
  // by the last of its methods, the best for several observations
  const withGaussians = (gaussians: 0 | 1): ExperimentSetting =>
    onPairs(
      `scorebook, ${gaussians === 1 ? 'one' : 'no'} Gaussian`,
      { ...npse.discreteSettings, gaussians },
      methods.slice(-1),
    );
  const all: Record<Paper001Setting, ExperimentSetting> = {
    paper: onPairs('paper', npse.paperSettings, [
      // fifty times the network calls of A2
      { method: 'Score NPE (A1)', sampler: annealedLangevin(), samples: 256 },
      { method: 'Score NPE (A2)', sampler: gaussianTransitions() },
    ]),
    flow: setsSetting({
      setting: `paper${suffix}`,
      method: 'Flow NPE',
      definition: { train: flowNpe.train, settings: flowNpe.paperSettings },
      train: (sets, options) => flowNpe.train(sets, { ...flowNpe.paperSettings, ...options }),
    }),
    scorebook: onPairs('scorebook', npse.discreteSettings, methods),
    'one-gaussian': withGaussians(1),
    'no-gaussian': withGaussians(0),
    default: onPairs('default', {}, [{ method: 'Score NPE (default)' }]),
  };
  return {
    task,
    settings: (wanted.settings ?? (['paper', 'flow', 'scorebook'] as const)).map((name) => all[name]),
    budgets: wanted.budgets ?? budgets,
    seeds: seeds ?? Array.from({ length: 40 }, (_, i) => i + 1),
    n: n ?? [1, 2, 3, 4, 5, 6, 7, 8],
  };
}
