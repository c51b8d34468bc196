import type { EmbeddingDefinition } from './embedding';

/**
 * No embedding: the density sees the standardised values as they are.
 * @example
 * embeddings.asItIs().build(3).outputs; // 3
 */
export function asItIs(): EmbeddingDefinition {
  return {
    spec: { name: 'asItIs' },
    build: (inputs) => ({ weights: [], outputs: inputs, apply: (_, rows) => rows.clone() }),
  };
}
