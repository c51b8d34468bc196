import * as tf from '@tensorflow/tfjs';
import type { EmbeddingDefinition, EmbeddingSpec } from '../../nn/embedding/embedding';
import { restoreEmbedding } from '../../nn/embedding/restore-embedding';
import { namedParts, type WeightSpec, type Weights } from '../../nn/network';
import type { ClassifierDefinition, ClassifierSpec, RatioNetwork } from '../../nn/ratio/ratio-network';
import { restoreClassifier } from '../../nn/ratio/restore-classifier';
import { memberWeights } from '../fit-members';

/** The two parts of a ratio's network, before it is known what it is for. */
export interface RatioParts {
  readonly classifier: ClassifierDefinition;
  readonly embedding: EmbeddingDefinition;
}

/** What a ratio's network is made of; JSON. */
export interface RatioNetworkConfig {
  readonly classifier: ClassifierSpec;
  readonly embedding: EmbeddingSpec;
  /** Networks whose log ratios are averaged. */
  readonly members: number;
}

/** A log ratio, of one network or the mean of several. */
export interface RatioModel {
  /** All weights, member by member. */
  readonly weights: readonly WeightSpec[];
  /** What the members make of x [n, L]: a tensor [n, W] of each. */
  ofX(weights: Weights, x: tf.Tensor2D): tf.Tensor2D[];
  /** sum_j log r(theta, x_j) [B] of theta [B, D] and n observations. */
  ofSet(weights: Weights, theta: tf.Tensor2D, ofX: readonly tf.Tensor2D[]): tf.Tensor1D;
  /** log r [B] of theta [B, D] and x [B, L] row by row. */
  ofRows(weights: Weights, theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor1D;
}

/** The classifier of theta and embedded x. */
export function embeddedClassifier(
  dims: { readonly theta: number; readonly x: number },
  { classifier, embedding }: RatioParts,
): RatioNetwork {
  const embed = embedding.build(dims.x);
  const head = classifier.build({ theta: dims.theta, x: embed.outputs });
  const { weights, of } = namedParts({ embed: embed.weights, head: head.weights });
  return {
    weights,
    ofTheta: (all, theta) => head.ofTheta(of(all, 'head'), theta),
    ofX: (all, x) => head.ofX(of(all, 'head'), embed.apply(of(all, 'embed'), x)),
    logRatio: (all, sums, key) => head.logRatio(of(all, 'head'), sums, key),
  };
}

/** The mean log ratio of as many networks of one kind. */
export function ratioModel(one: RatioNetwork, members: number): RatioModel {
  const size = one.weights.length;
  const numbers = Array.from({ length: members }, (_, k) => k);
  const partOf = (weights: Weights, k: number): Weights => weights.slice(k * size, (k + 1) * size);
  const mean = <T extends tf.Tensor>(of: (k: number) => T): T =>
    members === 1 ? of(0) : (tf.div(tf.addN(numbers.map(of)), members) as T);
  return {
    weights: memberWeights(one.weights, members),
    ofX: (weights, x) => numbers.map((k) => one.ofX(partOf(weights, k), x)),
    ofSet: (weights, theta, ofX) => mean((k) => sumOverSet(one, partOf(weights, k), theta, ofX[k])),
    ofRows: (weights, theta, x) =>
      mean((k) => {
        const own = partOf(weights, k);
        return one.logRatio(own, tf.add(one.ofTheta(own, theta), one.ofX(own, x)) as tf.Tensor2D);
      }),
  };
}

/** Pairs that are looked at together, which bounds the memory for any number of observations. */
const mostPairs = 2 ** 16;

/** sum_j log r(theta, x_j) [B] of one network, some of the observations at a time. */
function sumOverSet(one: RatioNetwork, weights: Weights, theta: tf.Tensor2D, ofX: tf.Tensor2D): tf.Tensor1D {
  const [count, n] = [theta.shape[0], ofX.shape[0]];
  const ofTheta = tf.expandDims(one.ofTheta(weights, theta), 1);
  const each = Math.max(1, Math.floor(mostPairs / count));
  const sums = Array.from({ length: Math.ceil(n / each) }, (_, i) => {
    const some = tf.slice(ofX, [i * each, 0], [Math.min(each, n - i * each), -1]);
    const pairs = tf.add(ofTheta, tf.expandDims(some, 0));
    const ofPairs = one.logRatio(weights, tf.reshape(pairs, [count * some.shape[0], -1]) as tf.Tensor2D);
    return tf.sum(tf.reshape(ofPairs, [count, some.shape[0]]), 1) as tf.Tensor1D;
  });
  return sums.length === 1 ? sums[0] : tf.addN(sums);
}

/** What it is made of, as JSON. */
export function networkOf({ classifier, embedding }: RatioParts, members: number): RatioNetworkConfig {
  return { classifier: classifier.spec, embedding: embedding.spec, members };
}

/**
 * The parts of a network that was saved; those that are not the library's are to be given.
 * @throws InvalidInputError for a part that is neither the library's nor given.
 */
export function partsOf(
  { classifier, embedding }: RatioNetworkConfig,
  given: { readonly [part in keyof RatioParts]?: RatioParts[part] },
): RatioParts {
  return {
    classifier: given.classifier ?? restoreClassifier(classifier),
    embedding: given.embedding ?? restoreEmbedding(embedding),
  };
}
