import { objectOf } from '../../core/checks';
import { checkNetworkOptions } from '../check-network-options';
import { affineTransform } from './affine-transform';
import { autoregressive } from './autoregressive';
import { composedTransform } from './composed-transform';
import { normalisingFlow } from './conditional-density';
import type { DensityDefinition } from './density-definition';
import type { FlowOptions } from './flow-options';

/**
 * A masked autoregressive flow (MAF): affine maps of each dimension given the dimensions before it, which come in
 * reversed order from one transform to the next. The density takes one pass of the networks, a draw D of them.
 * @param options see {@link FlowOptions}.
 * @throws InvalidInputError for a size that is not a positive whole number, or an unknown activation.
 * Source: Papamakarios et al. (2017), "Masked autoregressive flow for density estimation"; the bound on the scales is
 * that of {@link affineTransform}.
 * @example
 * densities.maskedAutoregressive({ transforms: 3 }).spec; // { name: 'maskedAutoregressive', transforms: 3 }
 */
export function maskedAutoregressive(options: FlowOptions = {}): DensityDefinition {
  const known = objectOf('maskedAutoregressive: options', options);
  const { transforms = 5, width = 50, hidden = 2, activation = 'silu' } = known;
  checkNetworkOptions('maskedAutoregressive', { transforms, width, hidden }, {}, activation);
  return {
    spec: { name: 'maskedAutoregressive', ...options },
    build: ({ name, ...shape }) =>
      normalisingFlow(
        composedTransform(
          Array.from({ length: transforms }, (_, k) =>
            autoregressive({
              ...shape,
              name: `${name}/transform${k}`,
              width,
              hidden,
              activation,
              isReversed: k % 2 === 1,
              transform: affineTransform,
            }),
          ),
        ),
      ),
  };
}
