import { normal } from '../../lib/distributions/normal';
import type { Simulations } from '../../lib/simulation/simulations';
import type { AnySimulator } from '../../lib/simulation/simulator';
import type { Model } from '../../lib/simulation/model';

/** A model of two parameters, standard normal, with a simulator of one's own. */
export const modelOf = (simulator: AnySimulator): Model => ({ prior: normal({ mean: [0, 0] }), simulator });

/** A simulator that needs nothing but its arguments: three values. */
export const selfContained: AnySimulator = ([a, b], rng) => [a + rng.normal(), b * rng.uniform(), a - b];

/** The values of simulations, which are disposed. */
export function bytesOf(simulations: Simulations): { theta: number[]; x: number[] } {
  const bytes = { theta: Array.from(simulations.theta.dataSync()), x: Array.from(simulations.x.dataSync()) };
  simulations.dispose();
  return bytes;
}
