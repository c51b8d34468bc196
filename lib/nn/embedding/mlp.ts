import { objectOf } from '../../core/checks';
import type { Activation } from '../../graph/dense';
import { checkNetworkOptions } from '../check-network-options';
import { residualMlp } from '../residual-mlp';
import type { EmbeddingDefinition } from './embedding';

/** Size of an {@link mlp}. */
export interface MlpOptions {
  /** Length of the context. Default 32. */
  outputs?: number;
  /** Units of each hidden layer. Default 64. */
  width?: number;
  /** Hidden layers. Default 2. */
  hidden?: number;
  /** Default `silu`. */
  activation?: Activation;
}

/**
 * A residual MLP of all values, for data of many columns.
 * @param options see {@link MlpOptions}.
 * @throws InvalidInputError for a size that is not a positive whole number, or an unknown activation.
 * @example
 * embeddings.mlp({ outputs: 16 }).build(100).outputs; // 16
 */
export function mlp(options: MlpOptions = {}): EmbeddingDefinition {
  const { outputs = 32, width = 64, hidden = 2, activation = 'silu' } = objectOf('mlp: options', options);
  checkNetworkOptions('mlp', { outputs, width, hidden }, {}, activation);
  return {
    spec: { name: 'mlp', ...options },
    build: (inputs) => ({ ...residualMlp({ name: 'embedding', inputs, outputs, width, hidden, activation }), outputs }),
  };
}
