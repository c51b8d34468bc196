import type { Network } from '../network';

/** An embedding by name, with its settings; JSON, so that a saved estimator keeps its own. */
export interface EmbeddingSpec {
  /** Which embedding. */
  readonly name: string;
  readonly [setting: string]: unknown;
}

/** A network for the rows [N, L] of a condition, of which it makes a context [N, C]. */
export interface Embedding extends Network {
  /** C, the length of the context. */
  readonly outputs: number;
}

/** An embedding before it is known how many values it is for: `embeddings.mlp({ ... })`, or one of your own. */
export interface EmbeddingDefinition {
  /** Its name and settings. */
  readonly spec: EmbeddingSpec;
  /**
   * The embedding of L values.
   * @throws InvalidInputError for settings that do not fit L.
   */
  build(inputs: number): Embedding;
}
