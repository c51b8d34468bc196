/** The types of training, drawing and densities, where they must be named. */
export type { DrawEachOptions } from '../contract/estimator';
export type { PosteriorDensity } from '../contract/posterior';
export type { TrainingPairs } from './check-pairs';
export type { ChainPosterior, ChainSampleOptions } from './chain-posterior';
export type { Course } from './course';
export type { NpeEstimator, NpeOptions, NpeSettings, TrainedNpeEstimator } from './density/npe';
export type { FlowEstimator, FlowNpeSettings, TrainedFlowEstimator, TrainingSets } from './density/flow-npe';
export type { LikelihoodEstimator } from './likelihood/likelihood-estimator';
export type { NleOptions, NleSettings, TrainedNleEstimator } from './likelihood/nle';
export type { ContinuousOptions, DiscreteOptions, TrainingLevels } from './score/levels';
export type { PosteriorDensityOptions } from './score/score-density';
export type { PosteriorMapOptions, PosteriorSampleOptions } from './score/score-posterior';
export type { TrainedScoreEstimator } from './score/train-score-estimator';
export type { FitSettings } from '../training/fit-settings';
