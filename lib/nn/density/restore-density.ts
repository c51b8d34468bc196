import { refuse } from '../../core/checks';
import type { DensityDefinition, DensitySpec } from './density-definition';
import { maskedAutoregressive } from './masked-autoregressive';
import { mixture } from './mixture';
import { realNvp } from './real-nvp';
import { splineAutoregressive, splineCoupling } from './spline-flows';

/**
 * The density of a spec, as a saved estimator keeps it.
 * @throws InvalidInputError for an unknown name, or settings that the density refuses.
 */
export function restoreDensity({ name, ...options }: DensitySpec): DensityDefinition {
  switch (name) {
    case 'maskedAutoregressive':
      return maskedAutoregressive(options);
    case 'mixture':
      return mixture(options);
    case 'realNvp':
      return realNvp(options);
    case 'splineAutoregressive':
      return splineAutoregressive(options);
    case 'splineCoupling':
      return splineCoupling(options);
    default:
      refuse('density', 'one of the library', name, 'Pass your own with the options: restore(record, { density }).');
  }
}
