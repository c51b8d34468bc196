import { objectOf } from '../../core/checks';
import { checkNetworkOptions } from '../check-network-options';
import { affineTransform } from './affine-transform';
import { composedTransform } from './composed-transform';
import { normalisingFlow, type ConditionalTransform } from './conditional-density';
import { coupling, type CouplingOptions } from './coupling';
import type { DensityDefinition } from './density-definition';
import type { FlowOptions } from './flow-options';

/** Shape of {@link affineCouplings}. */
export interface AffineCouplingsOptions extends Omit<CouplingOptions, 'keeps' | 'transform'> {
  /** Number of coupling layers; they keep the first and the last half of the dimensions in turns. */
  couplings: number;
}

/**
 * Affine couplings one after the other, each of which sees what the one before has made of the other half; one
 * dimension alone is changed by all of them.
 * Source: Dinh et al., "Density estimation using Real NVP".
 */
export function affineCouplings({ couplings, name, ...options }: AffineCouplingsOptions): ConditionalTransform {
  return composedTransform(
    Array.from({ length: couplings }, (_, k) =>
      coupling({
        ...options,
        transform: affineTransform,
        name: `${name}/coupling${k}`,
        keeps: k % 2 === 0 || options.dim === 1 ? 'first' : 'last',
      }),
    ),
  );
}

/** Size of a {@link realNvp}. */
export interface RealNvpOptions extends Omit<FlowOptions, 'transforms'> {
  /** Affine coupling layers. Default 5. */
  couplings?: number;
}

/**
 * A RealNVP flow: with z ~ N(0, I) and the affine couplings z(theta), the density is N(z(theta); 0, I) |det dz /
 * dtheta|.
 * @param options see {@link RealNvpOptions}.
 * @throws InvalidInputError for a size that is not a positive whole number, or an unknown activation.
 * Source: Dinh et al., "Density estimation using Real NVP".
 * @example
 * densities.realNvp({ couplings: 4 }).spec; // { name: 'realNvp', couplings: 4 }
 */
export function realNvp(options: RealNvpOptions = {}): DensityDefinition {
  const { couplings = 5, width = 50, hidden = 2, activation = 'silu' } = objectOf('realNvp: options', options);
  checkNetworkOptions('realNvp', { couplings, width, hidden }, {}, activation);
  return {
    spec: { name: 'realNvp', ...options },
    build: (shape) => normalisingFlow(affineCouplings({ ...shape, couplings, width, hidden, activation })),
  };
}
