import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount } from '../../core/checks';
import { activate } from '../../graph/dense';
import { checkNetworkOptions } from '../check-network-options';
import { applyDense, denseSpecs, namedParts } from '../network';
import type { EmbeddingDefinition } from './embedding';
import type { MlpOptions } from './mlp';
import { setEmbedding } from './set-embedding';

/** Size of an {@link exchangeable}. */
export interface ExchangeableOptions extends MlpOptions {
  /** E, how many exchangeable parts x is made of. */
  parts: number;
}

/**
 * A deep set for data of exchangeable parts, such as independent points of one simulation: x [E K] is E rows of K
 * values whose order means nothing, and its embedding is a layer on the mean over them.
 * @param options `parts`, and {@link MlpOptions}.
 * @throws InvalidInputError for a size that is not a positive whole number, an unknown activation or, in training,
 * parts that L is not a multiple of.
 * Source: Zaheer et al. (2017), "Deep sets".
 * @example
 * embeddings.exchangeable({ parts: 4 }).build(8).outputs; // 32
 */
export function exchangeable(options: ExchangeableOptions): EmbeddingDefinition {
  const known = objectOf('exchangeable: options', options, '{ parts }');
  const { parts, outputs = 32, width = 64, hidden = 2, activation = 'silu' } = known;
  requireCount('exchangeable: parts', parts);
  checkNetworkOptions('exchangeable', { outputs, width, hidden }, {}, activation);
  return {
    spec: { name: 'exchangeable', ...options },
    build: (values) => {
      const inputs = values / parts;
      const expected = `a divisor of the ${values} values of an observation`;
      demand('exchangeable: parts', Number.isInteger(inputs), expected, parts);
      const set = setEmbedding({ name: 'embedding', inputs, outputs: width, width, hidden, activation });
      const { weights, of } = namedParts({ set: set.weights, last: denseSpecs('embedding/set', width, outputs) });
      return {
        weights,
        outputs,
        apply: (all, rows) => {
          const counts = tf.fill([rows.shape[0], 1], parts) as tf.Tensor2D;
          const mean = activate(set.ofSets(of(all, 'set'), rows, counts), activation);
          return applyDense(of(all, 'last'), 0, mean);
        },
      };
    },
  };
}
