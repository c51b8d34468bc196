import './graph/start-tensorflow';
import { installHost } from './core/host';
import { detectHost } from './notebook/detect-host';

installHost(detectHost());

export * as tf from '@tensorflow/tfjs';

export { InterruptedError, InvalidInputError, NonFiniteError } from './core/errors';
export type { EstimatorRecord } from './records/estimator-record';
export type { VegaLiteSpec } from './records/figure-spec';
export { installHost, silentHost, type Host, type LongWorkOptions, type LossPoint, type Progress } from './core/host';
export type { ResultRow } from './records/result-row';
export { rng, type Rng } from './core/rng';
export type { Rows } from './core/rows';

export { compile, type Compiled } from './graph/compile';
export { dense, type Activation } from './graph/dense';
export { GraphError } from './graph/graph-error';
export { loop, whileLoop } from './graph/loop';
export { foldKey, randomInteger, randomKey, randomNormal, randomUniform, splitKey, type Key } from './graph/random';
export type { Tensors } from './graph/tensors';

export { checkPrior } from './distributions/check-prior';
export { independent } from './distributions/independent';
export { logNormal } from './distributions/log-normal';
export type { LogDensity } from './distributions/log-density';
export { mixture } from './distributions/mixture';
export { normal } from './distributions/normal';
export { priorScore, type Prior, type Support } from './distributions/prior';
export { priorSamples } from './distributions/prior-samples';
export { uniform } from './distributions/uniform';

export { type Diffusion, type DiffusionSpec } from './diffusion/diffusion';
export { gaussianScore } from './diffusion/gaussian-score';
export { unevenLevels, type NoiseGridOptions, type Spacing } from './diffusion/noise-grid';
export type { NoiseLevel, Score } from './diffusion/noise-level';
export { straightPath } from './diffusion/straight-path';
export { subVp } from './diffusion/sub-vp';
export { ve } from './diffusion/ve';
export { vpCosine, vpLinear } from './diffusion/vp';
export { cosineSchedule, linearSchedule, vpLevels, type VpLevels, type VpSchedule } from './diffusion/vp-levels';

export * as tasks from './tasks/index';
export { drawObservations, type Observations } from './simulation/draw-observations';
export { simulate, type SimulateOptions } from './simulation/simulate';
export { simulateSets, type ObservationSets, type SimulateSetsOptions } from './simulation/simulate-sets';
export { SimulationError } from './simulation/simulation-error';
export { simulationsFrom, type Simulations } from './simulation/simulations';
export { batchedSimulator, defineSimulator, type Simulator } from './simulation/simulator';
export { simulatorModule } from './simulation/simulator-module';
export type { Model } from './simulation/model';
export type { ExactPosterior, Task } from './tasks/task';

export type { ScoreNetworkOptions } from './nn/score/score-network';
export type { SetFlowOptions } from './nn/density/set-flow';

export { totalScore, type ComposedScore, type Composition, type ObservationScores } from './compose/composed-score';
export { factorized } from './compose/factorized';
export { adaptiveFlow, type AdaptiveFlowOptions } from './samplers/adaptive-flow';
export { annealedLangevin } from './samplers/annealed-langevin';
export type { Descent, DescentState } from './samplers/descent';
export type { DiffusionSampler } from './samplers/diffusion-sampler';
export { dpmSolver } from './samplers/dpm-solver';
export { eulerMaruyama } from './samplers/euler-maruyama';
export { flowDensity, type FlowDensity, type FlowDensityOptions, type LogProbOptions } from './samplers/flow-density';
export { FlowOdeError } from './samplers/flow-ode-error';
export { gaussianTransitions } from './samplers/gaussian-transitions';
export type { TraceMethod } from './samplers/jacobian-trace';
export { predictorCorrector } from './samplers/predictor-corrector';
export { probabilityFlow } from './samplers/probability-flow';
export type { LastStep, ReverseGridOptions } from './samplers/reverse-grid';
export { samplingProgram, type SampleOptions, type SamplingProgram } from './samplers/sample';
export type { Sampler } from './samplers/sampler';

export { npse, trainNpse } from './inference/score/npse';
export { fmpe, trainFmpe } from './inference/score/fmpe';
export type {
  NpseOptions,
  NpseSettings,
  TrainedScoreEstimator,
  TrainingPairs,
} from './inference/score/train-score-estimator';
export type { Architecture, NetworkSettings } from './inference/score/estimator-network';
export type { DenoisingNetworkOptions } from './nn/score/denoising-network';
export type { Parameterisation } from './nn/score/parameterisation';
export {
  flowNpe,
  trainFlowNpe,
  type FlowNpeOptions,
  type FlowNpeSettings,
  type TrainedFlowEstimator,
  type TrainingSets,
} from './inference/density/flow-npe';
export type { FlowEstimator, FlowPosterior, FlowSampleOptions } from './inference/density/flow-estimator';
export type { Posterior, PosteriorMapOptions, PosteriorSampleOptions } from './inference/posterior';
export type { PosteriorDensityOptions } from './inference/score/score-density';
export type { ScoreEstimator } from './inference/score/score-estimator';
export type { Weighting } from './training/level-law';

export { effectiveSampleSize, splitRHat, type ChainDraws, type EssKind } from './mcmc/convergence';
export type { Mixing, MixingLimits } from './mcmc/diagnose';
export { hmc, type ScoredPoint } from './mcmc/hmc';
export type { Kernel, Move, Point, Target, Tuning } from './mcmc/kernel';
export { randomWalkMetropolis } from './mcmc/random-walk-metropolis';
export { sampleChains, type ChainOptions, type ChainRun } from './mcmc/sample-chains';
export { sliceSampling } from './mcmc/slice-sampling';
export type { StepRule, StepState } from './mcmc/step-adaptation';
export { tempered } from './mcmc/tempered';

export { c2st, type C2stOptions, type C2stResult } from './metrics/c2st';
export {
  slicedWasserstein,
  type SlicedWassersteinOptions,
  type SlicedWassersteinResult,
} from './metrics/sliced-wasserstein';
export { mmdFloor, squaredMmd, type SquaredMmdOptions } from './metrics/squared-mmd';

export * as benchmark from './studies/benchmark';
export type {
  Experiment,
  ExperimentSetting,
  JudgedDraw,
  Measure,
  Measured,
  NumberedObservations,
  RunOptions,
  Trained,
  TruePosterior,
} from './experiments/experiment';
export { flowNpeSetting, type FlowNpeSettingOptions } from './experiments/flow-npe-setting';
export { missingRuns, type ExperimentCell, type ExperimentRun } from './experiments/missing-runs';
export * as measures from './experiments/measures';
export {
  pairsSetting,
  type PairsEstimator,
  type PairsMethod,
  type PairsSettingOptions,
} from './experiments/pairs-setting';
export * as paper001 from './studies/paper-001';
export { runExperiment, type ExperimentOutcome } from './experiments/run-experiment';
export { scoreNpseSetting, type ScoreNpseMethod, type ScoreNpseSettingOptions } from './experiments/score-npse-setting';

export * as plots from './plots/index';
export { show, showTable } from './notebook/show';
export { exportFigure, type ExportedFigure } from './io/figures';
export { openResults, type ResultsFolder, type Summary } from './io/records';
export type { RunFailure } from './io/run-lines';
export { publishedC2st, type PublishedC2st } from './io/published-c2st';
export {
  publishedObservation,
  referencePosterior,
  type PublishedObservation,
  type ReferencePosterior,
} from './io/reference-posterior';
export { readEstimator, saveEstimator } from './io/saved-estimator';
