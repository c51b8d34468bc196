/** Methods that go in rounds, for `inRounds`, and what a method of one's own has to be. */
export { FailedRoundError } from './failed-round';
export type { SequentialMethod } from './sequential-method';
export { snpeB } from './snpe-b';
export { snpeC, type SnpeCOptions } from './snpe-c';
export { snpeCMixture, type SnpeCMixtureOptions } from './snpe-c-mixture';
export { tsnpe, type TsnpeOptions } from './tsnpe';
export { tsnpse, type TsnpseOptions } from './tsnpse';
export { snpeA, type SnpeAOptions } from './snpe-a';
export { snl, type SnlOptions } from './snl';
export { snre, type SnreOptions } from './snre';
export type { ScoreRoundsOptions } from './score-rounds';
export { snlse } from './snlse';
export { snpseA } from './snpse-a';
export { snpseB } from './snpse-b';
export { snpseC } from './snpse-c';
export { proposalOf } from '../../simulation/proposal';
