import type { ConditionalDensity } from './conditional-density';

/** A conditional density by name, with its settings; JSON, so that a saved estimator keeps its own. */
export interface DensitySpec {
  /** Which density. */
  readonly name: string;
  readonly [setting: string]: unknown;
}

/** What a density is built for. */
export interface DensityShape {
  /** Prefix of the names of its weights. */
  readonly name: string;
  /** D, the dimensions of what is modelled. */
  readonly dim: number;
  /** C, the length of the context. */
  readonly context: number;
}

/**
 * A conditional density before it is known what it is for: `densities.realNvp({ ... })`, or one of your own.
 *
 * It models standardised values, whose mean is about 0 and whose standard deviation is about 1, and should start near
 * the standard normal law.
 */
export interface DensityDefinition {
  /** Its name and settings. */
  readonly spec: DensitySpec;
  /**
   * The density for a shape.
   * @throws InvalidInputError for settings that do not fit the shape.
   */
  build(shape: DensityShape): ConditionalDensity;
}
