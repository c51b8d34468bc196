import { refuse } from '../../core/checks';
import { asItIs } from './as-it-is';
import type { EmbeddingDefinition, EmbeddingSpec } from './embedding';
import { exchangeable, type ExchangeableOptions } from './exchangeable';
import { mlp } from './mlp';

/**
 * The embedding of a spec, as a saved estimator keeps it.
 * @throws InvalidInputError for an unknown name, or settings that the embedding refuses.
 */
export function restoreEmbedding({ name, ...options }: EmbeddingSpec): EmbeddingDefinition {
  switch (name) {
    case 'asItIs':
      return asItIs();
    case 'mlp':
      return mlp(options);
    case 'exchangeable':
      return exchangeable(options as unknown as ExchangeableOptions);
    default:
      refuse(
        'embedding',
        'one of the library',
        name,
        'Pass your own with the options: restore(record, { embedding }).',
      );
  }
}
