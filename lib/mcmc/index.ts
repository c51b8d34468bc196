/** Markov chains over densities that are known up to a constant. */
export { effectiveSampleSize, splitRHat, type ChainDraws, type EssKind } from './convergence';
export { differentialEvolution } from './differential-evolution';
export type { Mixing, MixingLimits } from './diagnose';
export { hmc, type ScoredPoint } from './hmc';
export { langevin } from './langevin';
export type { Kernel, Move, Point, Target, Tuning } from './kernel';
export { randomWalkMetropolis } from './random-walk-metropolis';
export type { Context } from './context';
export { chainProgram, sampleChains, type ChainOptions, type ChainProgram, type ChainRun } from './sample-chains';
export { sliceSampling } from './slice-sampling';
export type { StepRule, StepState } from './step-adaptation';
export { tempered } from './tempered';
