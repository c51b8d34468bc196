import './graph/start-tensorflow';
import { installHost } from './core/host';
import { detectHost } from './notebook/detect-host';
import { keepPartials } from './notebook/last-partial';

installHost(detectHost());
keepPartials();

export * as tf from '@tensorflow/tfjs';

// What a notebook uses every day.
export { InterruptedError, InvalidInputError, NonFiniteError } from './core/errors';
export type { LongWorkOptions } from './core/host';
export { rng, type Rng } from './core/rng';
export type { Rows } from './core/rows';

export { checkPrior } from './distributions/check-prior';
export { independent } from './distributions/independent';
export { logNormal } from './distributions/log-normal';
export { mixture } from './distributions/mixture';
export { normal } from './distributions/normal';
export type { Prior, Support } from './distributions/prior';
export { priorSamples } from './distributions/prior-samples';
export { uniform } from './distributions/uniform';

export { drawObservations, type Observations } from './simulation/draw-observations';
export type { Model } from './simulation/model';
export { joinSimulations } from './simulation/join-simulations';
export { simulate, type SimulateOptions } from './simulation/simulate';
export { simulateSets } from './simulation/simulate-sets';
export { SimulationError } from './simulation/simulation-error';
export { simulationsFrom, type Simulations } from './simulation/simulations';
export { defineSimulator, type Simulator } from './simulation/simulator';
export { summary } from './data/summary';
export * as data from './data/index';
export * as simulators from './simulation/simulators';
export * as tasks from './tasks/index';
export type { Task } from './tasks/task';

export type { Estimator } from './contract/estimator';
export type { DrawOptions, Posterior } from './contract/posterior';
export type { Proposal } from './contract/proposal';
export { abc } from './inference/abc/abc';
export { gradientChains } from './inference/gradient-chains';
export { flowNpe, type FlowNpeOptions } from './inference/density/flow-npe';
export { npe } from './inference/density/npe';
export { nle } from './inference/likelihood/nle';
export { nre } from './inference/ratio/nre';
export { fmpe } from './inference/score/fmpe';
export { continuous, discrete } from './inference/score/levels';
export { nlse } from './inference/score/nlse';
export { npse } from './inference/score/npse';
export { variational } from './inference/variational/variational';
export { inRounds } from './inference/sequential/in-rounds';
export * as sequential from './inference/sequential/index';
export type { ScoreEstimator } from './inference/score/score-estimator';
export type { NpseOptions } from './inference/score/train-score-estimator';
export * as densities from './nn/density/index';
export * as embeddings from './nn/embedding/index';
export { denoisingNetwork } from './nn/score/denoising-network';
export { paperNetwork } from './nn/score/paper-network';
export * as parameterisations from './nn/score/parameterisations';
export * as ratioLosses from './training/ratio/index';
export * as weightings from './training/weightings';

export { ve } from './diffusion/ve';
export { vpLinear } from './diffusion/vp';
export { vpLevels } from './diffusion/vp-levels';

export { factorized } from './compose/factorized';
export { annealedLangevin } from './samplers/annealed-langevin';
export { dpmSolver } from './samplers/dpm-solver';
export { gaussianTransitions } from './samplers/gaussian-transitions';
export { predictorCorrector } from './samplers/predictor-corrector';
export type { Sampler } from './samplers/sampler';

export { c2st } from './metrics/c2st';
export { slicedWasserstein } from './metrics/sliced-wasserstein';
export { mmdFloor, squaredMmd } from './metrics/squared-mmd';

export * as plots from './plots/index';
export { lastPartial } from './notebook/last-partial';
export { show, showTable } from './notebook/show';
export type { VegaLiteSpec } from './records/figure-spec';
export type { ResultRow } from './records/result-row';
export { exportFigure } from './io/figures';
export { openResults } from './io/records';
export { publishedC2st } from './io/published-c2st';
export { publishedObservation, referencePosterior } from './io/reference-posterior';
export { roundsFolder } from './io/rounds-folder';
export { readEstimator, saveEstimator } from './io/saved-estimator';

// The rest, by room.
export * as compose from './compose/index';
export * as diffusion from './diffusion/index';
export * as diagnostics from './diagnostics/index';
export * as experiments from './experiments/index';
export * as graph from './graph/index';
export * as host from './core/index';
export * as inference from './inference/index';
export * as mcmc from './mcmc/index';
export * as nn from './nn/index';
export * as samplers from './samplers/index';
export * as studies from './studies/index';
