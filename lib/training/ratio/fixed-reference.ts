import { listOf, objectOf, requireEach } from '../../core/checks';
import type { Rows } from '../../core/rows';
import { binaryCrossEntropy } from './binary-cross-entropy';
import type { RatioLoss } from './ratio-loss';

/** The reference of a {@link fixedReference}. */
export interface FixedReferenceOptions {
  /** theta_ref [D]. */
  theta: readonly number[];
  /** Data [M, L] simulated at theta_ref, at least one row for each simulation; a tensor stays the caller's. */
  x: Rows;
}

/**
 * The fixed reference of Cranmer et al.: tells x ~ p(x | theta) from x ~ p(x | theta_ref), at parameters of the prior,
 * by cross-entropy. Its minimum is r = p(x | theta) / p(x | theta_ref).
 *
 * Where the two do not overlap the classifier is certain, and the ratio is a guess: `estimator.fit.withoutSupport` is
 * the share of held-out pairs where that is so.
 * @param options see {@link FixedReferenceOptions}.
 * @throws InvalidInputError for a missing reference, or parameters that are not finite; `nre.train` refuses data of
 * another width, or fewer than there are simulations.
 * Source: Cranmer, Pavez and Louppe (2015), "Approximating likelihood ratios with calibrated discriminative
 * classifiers".
 * @example
 * const x = simulations.x; // in place of simulations at theta = [0, 0]
 * ratioLosses.fixedReference({ theta: [0, 0], x }).denominator; // 'reference'
 */
export function fixedReference(options: FixedReferenceOptions): RatioLoss {
  const { theta, x } = objectOf('fixedReference: options', options, '{ theta, x }');
  listOf('fixedReference: theta', theta, 'an array of D numbers');
  requireEach('fixedReference: theta', theta, 'finite numbers', Number.isFinite);
  objectOf('fixedReference: x', x, 'data [M, L] simulated at theta');
  return {
    spec: { name: 'fixedReference', theta: [...theta] },
    denominator: 'reference',
    contrasts: 1,
    reference: x,
    value: binaryCrossEntropy,
  };
}
