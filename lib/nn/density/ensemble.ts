import * as tf from '@tensorflow/tfjs';
import { foldKey, randomInteger } from '../../graph/random';
import type { Weights } from '../network';
import type { ConditionalDensity } from './conditional-density';

/**
 * The mixture of densities with equal weights, q = (1 / K) sum_k q_k: of K networks trained from different starts, each
 * of which sees a context of its own.
 * @param members at least one, of one D; the context is [B, sum_k C_k], member by member.
 * @param contexts the lengths C_k.
 */
export function ensemble(members: readonly ConditionalDensity[], contexts: readonly number[]): ConditionalDensity {
  if (members.length === 1) return members[0];
  const start = (sizes: readonly number[], k: number): number => sizes.slice(0, k).reduce((sum, size) => sum + size, 0);
  const counts = members.map(({ weights }) => weights.length);
  const ofMember = (weights: Weights, context: tf.Tensor2D, k: number): [Weights, tf.Tensor2D] => [
    weights.slice(start(counts, k), start(counts, k + 1)),
    tf.slice(context, [0, start(contexts, k)], [-1, contexts[k]]),
  ];
  const { dim } = members[0];
  return {
    dim,
    weights: members.flatMap((member) => member.weights),
    sample: (weights, key, context) => {
      const draws = members.map((member, k) => {
        const [own, part] = ofMember(weights, context, k);
        return member.sample(own, foldKey(key, k + 1), part);
      });
      const chosen = randomInteger<tf.Tensor1D>(foldKey(key, 0), [context.shape[0]], 0, members.length);
      const isOf = tf.oneHot(chosen, members.length).cast('float32').expandDims(2);
      return tf.sum(tf.mul(tf.stack(draws, 1), isOf), 1) as tf.Tensor2D;
    },
    logProb: (weights, theta, context) => {
      const each = members.map((member, k) => {
        const [own, part] = ofMember(weights, context, k);
        return member.logProb(own, theta, part);
      });
      return tf.sub(tf.logSumExp(tf.stack(each, 1), 1), Math.log(members.length)) as tf.Tensor1D;
    },
  };
}
