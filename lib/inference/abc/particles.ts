import { effectiveSize } from '../../maths/weighted-moments';

/** An accepted simulation. */
export interface Particle {
  /** Its parameters [D], in the prior's unconstrained coordinates. */
  readonly z: Float64Array;
  /** Its data less the observation [L], scaled. */
  readonly difference: Float64Array;
  /** How far its data are from the observation. */
  readonly distance: number;
}

/** Weighted particles within a tolerance: a sample of p(theta | distance at most the tolerance). */
export interface Population {
  readonly particles: readonly Particle[];
  /** One for each; they sum to one. */
  readonly weights: Float64Array;
  /** The largest distance that is allowed. */
  readonly tolerance: number;
}

/** Particles of equal weight, whose tolerance is the largest of their distances. */
export function equalPopulation(particles: readonly Particle[]): Population {
  return {
    particles,
    weights: new Float64Array(particles.length).fill(1 / particles.length),
    tolerance: particles.reduce((most, { distance }) => Math.max(most, distance), 0),
  };
}

/** Two samples of one law as one, in proportion to their effective sample sizes. */
export function joinedPopulations(first: Population, second: Population): Population {
  const [a, b] = [effectiveSize(first.weights), effectiveSize(second.weights)];
  return {
    particles: [...first.particles, ...second.particles],
    weights: Float64Array.from([
      ...first.weights.map((weight) => (weight * a) / (a + b)),
      ...second.weights.map((weight) => (weight * b) / (a + b)),
    ]),
    tolerance: Math.max(first.tolerance, second.tolerance),
  };
}

/**
 * Those within a smaller tolerance, with their weights: a sample of the law with that tolerance.
 * @returns undefined where there are none.
 */
export function within({ particles, weights }: Population, tolerance: number): Population | undefined {
  const kept = particles.flatMap(({ distance }, i) => (distance <= tolerance && weights[i] > 0 ? [i] : []));
  if (kept.length === 0) return undefined;
  const sum = kept.reduce((total, i) => total + weights[i], 0);
  return {
    particles: kept.map((i) => particles[i]),
    weights: Float64Array.from(kept, (i) => weights[i] / sum),
    tolerance,
  };
}
