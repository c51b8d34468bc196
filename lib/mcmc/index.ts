/** Markov chains over densities that are known up to a constant. */
export { effectiveSampleSize, splitRHat, type ChainDraws, type EssKind } from './convergence';
export type { Mixing, MixingLimits } from './diagnose';
export { hmc, type ScoredPoint } from './hmc';
export type { Kernel, Move, Point, Target, Tuning } from './kernel';
export { randomWalkMetropolis } from './random-walk-metropolis';
export { sampleChains, type ChainOptions, type ChainRun } from './sample-chains';
export { sliceSampling } from './slice-sampling';
export type { StepRule, StepState } from './step-adaptation';
export { tempered } from './tempered';
