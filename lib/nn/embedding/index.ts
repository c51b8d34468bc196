/** Embeddings of data, before a density or a classifier sees them: values for the option `embedding`. */
export { asItIs } from './as-it-is';
export type { Embedding, EmbeddingDefinition, EmbeddingSpec } from './embedding';
export { exchangeable, type ExchangeableOptions } from './exchangeable';
export { mlp, type MlpOptions } from './mlp';
