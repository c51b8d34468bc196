/** The settings of networks, and what a network of one's own has to be. */
export type { DenoisingNetworkOptions } from './score/denoising-network';
export type { PaperNetworkOptions } from './score/paper-network';
export type { NetworkDefinition, NetworkPurpose, NetworkSpec, ScoreNetwork } from './score/score-network';
export * as classifiers from './ratio/index';
