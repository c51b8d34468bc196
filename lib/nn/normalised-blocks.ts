import * as tf from '@tensorflow/tfjs';
import { activate, type Activation } from '../graph/dense';
import { foldKey, randomUniform, type Key } from '../graph/random';
import { applyDense, denseSpecs, type WeightSpec, type Weights } from './network';

/** Size of {@link normalisedBlocks}. */
export interface NormalisedBlocksOptions {
  readonly name: string;
  readonly width: number;
  readonly blocks: number;
  readonly activation: Activation;
  /** Share of a block's hidden units that training leaves out at random. */
  readonly dropout: number;
}

/** Residual blocks, each of which sees its input at one size. */
export interface NormalisedBlocks {
  readonly weights: readonly WeightSpec[];
  /** [B, width] -> [B, width]; with a `key`, as in training, with dropout. */
  apply(weights: Weights, rows: tf.Tensor2D, key?: Key): tf.Tensor2D;
}

/**
 * Residual blocks h <- h + f(n(h) W_1 + b_1) W_2 + b_2 with n(h) = h / sqrt(mean_i h_i^2); the last layer of each
 * starts at zero, so that all start as the identity.
 * Source: He et al. (2016), "Identity mappings in deep residual networks"; Zhang and Sennrich (2019), "Root mean square
 * layer normalization", without gains, which W_1 has.
 */
export function normalisedBlocks({
  name,
  width,
  blocks,
  activation,
  dropout,
}: NormalisedBlocksOptions): NormalisedBlocks {
  return {
    weights: Array.from({ length: blocks }, (_, k) => [
      ...denseSpecs(`${name}/block${k}/first`, width, width),
      ...denseSpecs(`${name}/block${k}/second`, width, width, 0),
    ]).flat(),
    apply: (weights, rows, key) => {
      let h = rows;
      for (let k = 0; k < blocks; k++) {
        const inner = applyDense(weights, 4 * k, unitSize(h), activation);
        const kept = key && dropout > 0 ? tf.mul(inner, dropoutMask(foldKey(key, k), inner.shape, dropout)) : inner;
        h = tf.add(h, applyDense(weights, 4 * k + 2, kept as tf.Tensor2D));
      }
      return activate(h, activation);
    },
  };
}

const guard = 1e-6;

/** h / sqrt(mean_i h_i^2), row by row. */
function unitSize(h: tf.Tensor2D): tf.Tensor2D {
  const width = h.shape[1];
  const normalise = (h: tf.Tensor, save: tf.GradSaveFunc) => {
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(h), 1, true), guard));
    const y = tf.mul(h, inverse);
    save([y, inverse]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, [y, inverse]: tf.Tensor[]) =>
        tf.mul(inverse, tf.sub(dy, tf.mul(y, tf.div(tf.sum(tf.mul(dy, y), 1, true), width)))),
    };
  };
  return tf.customGrad(normalise as Parameters<typeof tf.customGrad>[0])(h) as tf.Tensor2D;
}

/** 0 with probability `dropout`, else 1 / (1 - dropout). */
function dropoutMask(key: Key, shape: number[], dropout: number): tf.Tensor {
  const kept = tf.cast(tf.greaterEqual(randomUniform(key, shape), dropout), 'float32');
  return tf.mul(kept, 1 / (1 - dropout));
}
