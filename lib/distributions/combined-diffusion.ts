import type { DiffusedDensity } from '../diffusion/diffused-density';
import type { Prior } from './prior';

/** The diffused law of z = toUnconstrained(theta) for theta from `prior`, where it is known. */
export function diffusedUnconstrained(
  prior: Pick<Prior, 'support' | 'diffused' | 'diffusedUnconstrained'>,
): DiffusedDensity | undefined {
  const { support } = prior;
  const isBounded = support !== undefined && [...support.lower, ...support.upper].some(Number.isFinite);
  return prior.diffusedUnconstrained ?? (isBounded ? undefined : prior.diffused);
}

/**
 * The diffused laws of a prior made of `parts`: each is known where it is known of every part.
 * @param options `sameMap`: whether the parts' unconstrained parameters are the whole's.
 */
export function combinedDiffusion(
  parts: readonly Prior[],
  combine: (densities: readonly DiffusedDensity[]) => DiffusedDensity,
  { sameMap }: { readonly sameMap: boolean },
): Pick<Prior, 'diffused' | 'diffusedUnconstrained'> {
  const plain = everyOne(parts.map(({ diffused }) => diffused));
  const unconstrained = sameMap ? everyOne(parts.map(diffusedUnconstrained)) : undefined;
  return {
    ...(plain && { diffused: combine(plain) }),
    ...(unconstrained && { diffusedUnconstrained: combine(unconstrained) }),
  };
}

function everyOne<T>(values: readonly (T | undefined)[]): T[] | undefined {
  const known = values.filter((value): value is T => value !== undefined);
  return known.length === values.length ? known : undefined;
}
