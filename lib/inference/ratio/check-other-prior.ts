import { demand } from '../../core/checks';
import type { Prior } from '../../distributions/prior';
import { checkShape } from '../../distributions/prior-shape';

/**
 * Refuses a prior that a ratio was not learned for: where the prior of training is zero there was nothing to learn.
 * @throws InvalidInputError for what is no prior, another number of parameters, or bounds beyond those of training.
 */
export function checkOtherPrior(other: Prior, trained: Prior): void {
  checkShape(other, 'given: prior');
  demand('given: prior', other.dim === trained.dim, `a prior of ${trained.dim} parameters`, other.dim);
  const bounds = ({ support, dim }: Prior): [number, number][] =>
    Array.from({ length: dim }, (_, i) => [support?.lower[i] ?? -Infinity, support?.upper[i] ?? Infinity]);
  const outer = bounds(trained);
  const beyond = bounds(other).findIndex(([lower, upper], i) => lower < outer[i][0] || upper > outer[i][1]);
  demand(
    'given: prior',
    beyond < 0,
    `bounds within those of training, [${outer[Math.max(0, beyond)].join(', ')}] of parameter ${beyond}`,
    `[${bounds(other)[Math.max(0, beyond)].join(', ')}]`,
    'The ratio is unknown beyond: train with simulations of the wider prior.',
  );
}
