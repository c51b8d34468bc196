/** Samplers for scores of one's own: programs, densities by the flow, and what a sampler is made of. */
export { adaptiveFlow, type AdaptiveFlowOptions } from './adaptive-flow';
export type { AnnealedLangevinOptions } from './annealed-langevin';
export { ddim } from './dpm-solver';
export type { Descent, DescentState } from './descent';
export { eulerMaruyama } from './euler-maruyama';
export { fisherLangevin, type FisherLangevinOptions } from './fisher-langevin';
export { flowDensity, type FlowDensity, type FlowDensityOptions, type LogProbOptions } from './flow-density';
export { FlowOdeError } from './flow-ode-error';
export type { TraceMethod } from './jacobian-trace';
export type { LevelSamplerOptions } from './level-sampler';
export { probabilityFlow } from './probability-flow';
export type { LastStep, ReverseGridOptions } from './reverse-grid';
export { saSolver, type SaSolverOptions } from './sa-solver';
export { samplingProgram, type SampleOptions, type SamplingProgram } from './sample';
export type { NoiseSchedule } from './sampler';
