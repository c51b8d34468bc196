import { objectOf, requireCount, requirePositive } from '../../core/checks';
import type { Activation } from '../../graph/dense';
import { checkNetworkOptions } from '../check-network-options';
import { affineTransform } from './affine-transform';
import { autoregressive } from './autoregressive';
import { chainedTransform } from './chained-transform';
import { composedTransform } from './composed-transform';
import { normalisingFlow, type ConditionalTransform } from './conditional-density';
import { coupling } from './coupling';
import type { DensityDefinition, DensityShape } from './density-definition';
import type { ElementwiseTransform } from './elementwise-transform';
import type { FlowOptions } from './flow-options';
import { luLinear } from './lu-linear';
import { splineTransform } from './spline-transform';

/** Size of a {@link splineCoupling} or a {@link splineAutoregressive}. */
export interface SplineFlowOptions extends FlowOptions {
  /** Bins of each spline. Default 10. */
  bins?: number;
  /** The splines go from -tail to tail, in standardised units; beyond, they are the identity. Default 5. */
  tail?: number;
}

/**
 * A neural spline flow of coupling layers: monotone rational-quadratic splines of one half of the dimensions given the
 * other, with linear maps of all dimensions between. A density and a draw take one pass of the networks.
 *
 * An affine map goes before each spline, from the same network, so that a narrow density comes to lie within the tails:
 * ours, not the paper's.
 * @param options see {@link SplineFlowOptions}.
 * @throws InvalidInputError for a size that is not a positive whole number, fewer than two bins, a tail that is not
 * positive, or an unknown activation.
 * Source: Durkan et al. (2019), "Neural spline flows".
 * @example
 * densities.splineCoupling({ bins: 8 }).spec; // { name: 'splineCoupling', bins: 8 }
 */
export function splineCoupling(options: SplineFlowOptions = {}): DensityDefinition {
  return splineFlow('splineCoupling', options, (layer, k) =>
    coupling({ ...layer, keeps: k % 2 === 0 || layer.dim === 1 ? 'first' : 'last' }),
  );
}

/**
 * A neural spline flow of autoregressive layers: monotone rational-quadratic splines of each dimension given those
 * before it, in reversed order from one transform to the next, with linear maps of all dimensions between. The density
 * takes one pass of the networks, a draw D of them. An affine map goes before each spline, as in
 * {@link splineCoupling}.
 * @param options see {@link SplineFlowOptions}.
 * @throws InvalidInputError as {@link splineCoupling}.
 * Source: Durkan et al. (2019), "Neural spline flows", section 3.2.
 * @example
 * densities.splineAutoregressive({ transforms: 3 }).spec; // { name: 'splineAutoregressive', transforms: 3 }
 */
export function splineAutoregressive(options: SplineFlowOptions = {}): DensityDefinition {
  return splineFlow('splineAutoregressive', options, (layer, k) =>
    autoregressive({ ...layer, isReversed: k % 2 === 1 }),
  );
}

/** A layer of splines before it is known which dimensions its network sees. */
interface SplineLayer extends DensityShape {
  readonly width: number;
  readonly hidden: number;
  readonly activation: Activation;
  readonly transform: ElementwiseTransform;
}

function splineFlow(
  what: string,
  options: SplineFlowOptions,
  layerOf: (layer: SplineLayer, k: number) => ConditionalTransform,
): DensityDefinition {
  const known = objectOf(`${what}: options`, options);
  const { transforms = 5, width = 50, hidden = 2, activation = 'silu', bins = 10, tail = 5 } = known;
  checkNetworkOptions(what, { transforms, width, hidden }, {}, activation);
  requireCount(`${what} bins`, bins, 2);
  requirePositive(`${what} tail`, tail);
  const transform = chainedTransform([affineTransform, splineTransform({ bins, tail })]);
  const size = { width, hidden, activation, transform };
  return {
    spec: { name: what, ...options },
    build: (shape) => {
      const layers = Array.from({ length: transforms }, (_, k) => {
        const name = `${shape.name}/transform${k}`;
        return [luLinear({ name: `${name}/linear`, dim: shape.dim }), layerOf({ ...shape, ...size, name }, k)];
      });
      return normalisingFlow(composedTransform(layers.flat()));
    },
  };
}
