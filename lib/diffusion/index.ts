/** What noise does to parameters: diffusions, noise levels, schedules and exact diffused scores. */
export type { Diffusion, DiffusionSpec } from './diffusion';
export { gaussianScore } from './gaussian-score';
export { unevenLevels, type NoiseGridOptions, type Spacing } from './noise-grid';
export type { NoiseLevel, Score } from './noise-level';
export { straightPath } from './straight-path';
export { subVp } from './sub-vp';
export { vpCosine } from './vp';
export { cosineSchedule, linearSchedule, type VpLevels, type VpSchedule } from './vp-levels';
