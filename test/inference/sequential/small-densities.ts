import { mixture, type MixtureDefinition } from '../../../lib/nn/density/mixture';

/** A small mixture density network, which is trained quickly. */
export function densityWith(components = 1): MixtureDefinition {
  return mixture({ components, width: 10, hidden: 1 });
}
