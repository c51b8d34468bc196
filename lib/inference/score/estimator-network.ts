import { InvalidInputError } from '../../core/errors';
import { denoisingNetwork, type DenoisingNetworkOptions } from '../../nn/score/denoising-network';
import { scoreNetwork, type ScoreNetwork, type ScoreNetworkOptions } from '../../nn/score/score-network';

/** Which network an estimator has: `denoising` is {@link denoisingNetwork}, `paper` is {@link scoreNetwork}. */
export type Architecture = 'denoising' | 'paper';

/** Sizes of a network; each architecture has its own. */
export interface NetworkSettings extends ScoreNetworkOptions, DenoisingNetworkOptions {}

const own: Readonly<Record<Architecture, readonly (keyof NetworkSettings)[]>> = {
  denoising: ['blocks', 'dropout', 'exchangeable'],
  paper: ['embedding', 'timeEmbedding', 'zeroLast'],
};

/**
 * The network of an estimator.
 * @param hasResidual whether a `denoising` network sees theta's distance from a Gaussian.
 * @throws InvalidInputError for an unknown architecture, an option of the other one, or a size that is none.
 */
export function estimatorNetwork(
  dims: { theta: number; x: number },
  architecture: Architecture,
  options: NetworkSettings,
  hasResidual: boolean,
): ScoreNetwork {
  if (!(architecture in own))
    throw new InvalidInputError('architecture', { expected: 'denoising or paper', received: String(architecture) });
  const others = own[architecture === 'paper' ? 'denoising' : 'paper'].filter((name) => options[name] !== undefined);
  if (others.length > 0)
    throw new InvalidInputError(`network ${others.join(', ')}`, {
      expected: `options of the architecture ${architecture}, such as ${own[architecture].join(', ')}`,
      received: others.join(', '),
    });
  return architecture === 'paper' ? scoreNetwork(dims, options) : denoisingNetwork(dims, options, hasResidual);
}
