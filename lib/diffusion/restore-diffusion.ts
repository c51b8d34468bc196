import type { Diffusion, DiffusionSpec } from './diffusion';
import { straightPath } from './straight-path';
import { subVp } from './sub-vp';
import { ve } from './ve';
import { vpCosine, vpLinear } from './vp';

/**
 * The diffusion of a spec, as a saved estimator keeps it.
 * @throws InvalidInputError for numbers that the diffusion refuses.
 */
export function restoreDiffusion(spec: DiffusionSpec): Diffusion {
  switch (spec.name) {
    case 'vpLinear':
      return vpLinear(spec);
    case 'subVp':
      return subVp(spec);
    case 'vpCosine':
      return vpCosine(spec);
    case 've':
      return ve(spec);
    case 'straightPath':
      return straightPath(spec);
  }
}
