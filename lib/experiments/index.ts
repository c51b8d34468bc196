/**
 * The engine of experiments: settings, budgets, seeds and observations to rows that are kept, and run on where they
 * stopped.
 */
export type { DrawableEstimator, DrawMethod } from './estimator-setting';
export type {
  Experiment,
  ExperimentSetting,
  JudgedDraw,
  JudgedTraining,
  Measure,
  Measured,
  NumberedObservations,
  RunOptions,
  TrainingJudge,
  TrainingRunOptions,
  Trained,
  TruePosterior,
} from './experiment';
export { missingRuns, type ExperimentCell, type ExperimentRun, type FinishedRuns } from './missing-runs';
export * as measures from './measures';
export { pairsSetting, type PairsSettingOptions } from './pairs-setting';
export { posteriorSetting, type InferredPosterior, type PosteriorSettingOptions } from './posterior-setting';
export { runExperiment, type ExperimentOutcome } from './run-experiment';
export type { RunFailure } from '../io/run-lines';
export { setsSetting, type SetsSettingOptions } from './sets-setting';
export type { ResultsFolder, RunStore } from '../io/records';
