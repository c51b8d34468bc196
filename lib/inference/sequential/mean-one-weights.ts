import { effectiveSize, normalisedWeights } from '../../maths/weighted-moments';
import type { RoundContext } from './sequential-method';

/** Effective simulations below which all weight is on one of them. */
const fewestEffective = 2;

/**
 * The weights prior / proposal of simulations [N], of mean 1; it tells `effective`, their effective sample size
 * (sum w)^2 / sum w^2.
 * @param names the method, and one without weights, in the message.
 * @throws Error where all weight is on one simulation.
 */
export function meanOneWeights(
  logWeights: ArrayLike<number>,
  { method, other }: { readonly method: string; readonly other: string },
  { tell }: Pick<RoundContext, 'tell'>,
): Float32Array {
  const weights = normalisedWeights(logWeights);
  const effective = effectiveSize(weights);
  tell({ effective });
  const rows = weights.length;
  if (!(effective >= fewestEffective))
    throw new Error(
      `${method}: the weights prior / proposal leave ${effective.toFixed(1)} effective simulations of ${rows}: every ` +
        'weight but one is nothing. Simulate more in the first round, take fewer rounds, or take ' +
        `sequential.${other}(), which has no weights.`,
    );
  return Float32Array.from(weights, (value) => value * rows);
}
