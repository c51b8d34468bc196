/** What the engine of experiments runs: the experiments of a paper, and of a benchmark. */
export * as benchmark from './benchmark';
export * as checks from './checks';
export * as classical from './classical';
export * as manyObservations from './many-observations';
export * as paper001 from './paper-001';
export * as scoresInRounds from './scores-in-rounds';
export type { StudyExperiment } from './study-experiment';
