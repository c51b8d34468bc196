import { objectOf, requireNumber } from '../core/checks';
import type { Prior } from '../distributions/prior';
import { checkShape } from '../distributions/prior-shape';

/**
 * The options of a training that has what it cannot do without.
 * @param what the call in messages, such as `npse.train`.
 * @throws InvalidInputError for missing options, a prior that is none, or a seed that is not a finite number.
 */
export function checkedTraining<O extends { readonly prior: Prior; readonly seed: number }>(
  what: string,
  options: O,
): O {
  const { prior, seed } = objectOf(`${what}: options`, options, '{ prior, seed }');
  checkShape(prior, `${what}: prior`);
  requireNumber(`${what}: seed`, seed, 'a finite number');
  return options;
}

/**
 * The prior with which an estimator is read back.
 * @param what the call in messages, such as `npse.restore`.
 * @throws InvalidInputError for missing options, or a prior that is none.
 */
export function priorOf(what: string, options: { readonly prior: Prior }): Prior {
  const { prior } = objectOf(`${what}: options`, options, '{ prior }');
  checkShape(prior, `${what}: prior`);
  return prior;
}
