import { requireOneOf } from '../../core/checks';
import { denoisingNetwork } from './denoising-network';
import { paperNetwork, type PaperNetworkOptions } from './paper-network';
import type { NetworkDefinition, NetworkSpec } from './score-network';

/**
 * The network of a spec, as a saved estimator keeps it.
 * @throws InvalidInputError for an unknown name, or settings that the network refuses.
 */
export function restoreNetwork({ name, ...options }: NetworkSpec): NetworkDefinition {
  requireOneOf('network', name, ['denoising', 'paper']);
  return name === 'paper' ? paperNetwork(options as PaperNetworkOptions) : denoisingNetwork(options);
}
