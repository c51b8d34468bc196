import { refuse } from '../core/checks';
import type { Prior } from './prior';

/**
 * Refuses what is not a prior by its parts, without calling them.
 * @param what how messages name it, such as `npse.train: prior`.
 * @throws InvalidInputError naming the part that is missing or of another kind.
 */
export function checkShape(prior: Prior, what = 'prior'): void {
  if (typeof prior !== 'object' || prior === null)
    refuse(what, 'an object { dim, sample, logProb }', prior === null ? 'null' : typeof prior);
  if (!Number.isInteger(prior.dim) || prior.dim < 1)
    refuse(`${what}.dim`, 'a positive whole number', String(prior.dim));
  for (const part of ['sample', 'logProb'] as const)
    if (typeof prior[part] !== 'function') refuse(`${what}.${part}`, 'a function', typeof prior[part]);
  if (prior.score !== undefined && typeof prior.score !== 'function')
    refuse(`${what}.score`, 'a function, or nothing', typeof prior.score);
  for (const side of prior.support ? (['lower', 'upper'] as const) : []) {
    if (prior.support?.[side]?.length !== prior.dim)
      refuse(`${what}.support.${side}`, `${prior.dim} bounds, one a dimension`, `${prior.support?.[side]?.length}`);
  }
  const crossed = prior.support?.lower.findIndex((low, i) => !(low < prior.support!.upper[i])) ?? -1;
  if (crossed >= 0)
    refuse(
      `${what}.support`,
      'lower < upper',
      `[${prior.support!.lower[crossed]}, ${prior.support!.upper[crossed]}] in dimension ${crossed}`,
    );
}
