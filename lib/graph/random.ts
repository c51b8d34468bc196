import * as tf from '@tensorflow/tfjs';
import { requireTensor } from '../core/rows';
import { demand, listOf, requireCount, requireEach, requireNumber } from '../core/checks';
import { rng } from '../core/rng';
import { nodeBackend, tensorflowType, type NodeBackend } from './node-backend';

/**
 * Where a random draw comes from: an int32 tensor [2]. The same key gives the same numbers, eagerly and compiled, and
 * inside a loop a key is split or folded with the round's number, never used twice.
 */
export type Key = tf.Tensor1D;

/**
 * A key from a seed; the caller disposes it.
 * @param seed any finite number.
 * @throws InvalidInputError for NaN, infinity and what is no number.
 * @example
 * graph.randomNormal(graph.randomKey(1), [3]); // shape [3]
 */
export function randomKey(seed: number): Key {
  const source = rng(seed);
  const word = (): number => source.integer(-(2 ** 31), 2 ** 31);
  return tf.tensor1d([word(), word()], 'int32');
}

/**
 * `count` keys that are independent of each other and of `key`; the caller owns them.
 * @throws InvalidInputError for what is no key, or a count that is not a positive whole number.
 * @example
 * const [noiseKey, timeKey] = splitKey(randomKey(1), 2);
 */
export function splitKey(key: Key, count: number): Key[] {
  requireCount('splitKey: count', count);
  return tf.tidy(() => tf.unstack(drawBits(key, [count, 2])) as Key[]);
}

/**
 * A key made of `key` and a number, such as a loop's round; the caller owns it.
 * @param number a whole number, or an int32 scalar.
 * @throws InvalidInputError for what is no key or no number.
 * @example
 * const key = graph.foldKey(graph.randomKey(1), 7);
 */
export function foldKey(key: Key, number: tf.Scalar | number): Key {
  requireTensor('foldKey: key', key, keyText);
  demand('foldKey: number', typeof number === 'number' || number instanceof tf.Tensor, 'a whole number', number);
  return tf.tidy(() => {
    const n = typeof number === 'number' ? tf.scalar(number, 'int32') : number;
    const shifted = tf.add(
      key,
      tf.mul(tf.stack([n, tf.add(n, tf.scalar(1, 'int32'))]), tf.scalar(0x9e3779b1 | 0, 'int32')),
    );
    return tf.squeeze(drawBits(shifted as Key, [1, 2]), [0]) as Key;
  });
}

/**
 * Draws from N(0, 1), float32 of the given shape; the caller owns the tensor.
 * @throws InvalidInputError for what is no key or no shape.
 * @example
 * randomNormal(randomKey(1), [100, 2]); // shape [100, 2]
 */
export function randomNormal<T extends tf.Tensor = tf.Tensor>(key: Key, shape: number[]): T {
  return draw('StatelessRandomNormal', key, shape, 'float32', (next) => next.normal()) as T;
}

/**
 * Draws from the uniform distribution on [low, high), by default [0, 1), float32 of the given shape; the caller owns
 * the tensor.
 * @throws InvalidInputError for what is no key or no shape.
 * @example
 * graph.randomUniform(graph.randomKey(1), [100, 2], -1, 1); // shape [100, 2]
 */
export function randomUniform<T extends tf.Tensor = tf.Tensor>(key: Key, shape: number[], low = 0, high = 1): T {
  requireNumber('randomUniform: low', low, 'a finite number');
  requireNumber('randomUniform: high', high, 'a finite number');
  return tf.tidy(() => {
    const unit = draw('StatelessRandomUniform', key, shape, 'float32', (next) => next.uniform());
    return low === 0 && high === 1 ? unit : tf.add(tf.mul(unit, high - low), low);
  }) as T;
}

/**
 * Draws whole numbers from {low, ..., high - 1}, int32 of the given shape; the caller owns the tensor.
 * @throws InvalidInputError where low and high are not whole numbers with low < high.
 * @example
 * graph.randomInteger(graph.randomKey(1), [100], 0, 6); // shape [100]
 */
export function randomInteger<T extends tf.Tensor = tf.Tensor>(
  key: Key,
  shape: number[],
  low: number,
  high: number,
): T {
  const isRange = Number.isInteger(low) && Number.isInteger(high) && low < high;
  demand('randomInteger', isRange, 'whole numbers low < high', `low ${low}, high ${high}`);
  checkDraw(key, shape);
  const backend = nodeBackend();
  if (!backend) return drawOnHost(key, shape, 'int32', (next) => next.integer(low, high)) as T;
  return tf.tidy(() =>
    backend.executeSingleOutput('StatelessRandomUniformInt', attributes(backend, 'int32'), [
      tf.tensor1d(shape, 'int32'),
      key,
      tf.scalar(low, 'int32'),
      tf.scalar(high, 'int32'),
    ]),
  ) as T;
}

function drawBits(key: Key, shape: number[]): tf.Tensor {
  return draw('StatelessRandomUniformFullInt', key, shape, 'int32', (next) => next.integer(-(2 ** 31), 2 ** 31));
}

type HostDraw = (next: ReturnType<typeof rng>) => number;

/** Refuses a key that is none, and a shape that is no list of sizes. */
function checkDraw(key: Key, shape: number[]): void {
  requireTensor('random: key', key, keyText);
  listOf('random: shape', shape, 'an array of sizes');
  requireEach('random: shape', shape, 'whole numbers of at least 0', (size) => Number.isInteger(size) && size >= 0);
}

const keyText = 'a key, as randomKey(seed) gives';

function draw(op: string, key: Key, shape: number[], dtype: 'float32' | 'int32', onHost: HostDraw): tf.Tensor {
  checkDraw(key, shape);
  const backend = nodeBackend();
  if (!backend) return drawOnHost(key, shape, dtype, onHost);
  return tf.tidy(() => backend.executeSingleOutput(op, attributes(backend, dtype), [tf.tensor1d(shape, 'int32'), key]));
}

function attributes(backend: NodeBackend, dtype: 'float32' | 'int32') {
  const type = backend.binding.TF_ATTR_TYPE;
  return [
    { name: 'dtype', type, value: tensorflowType[dtype] },
    { name: 'T', type, value: tensorflowType.int32 },
    { name: 'Tseed', type, value: tensorflowType.int32 },
  ];
}

/**
 * Other backends have no keyed draws of their own: the numbers come from JavaScript, keyed the same way but with other
 * values.
 */
function drawOnHost(key: Key, shape: number[], dtype: 'float32' | 'int32', one: HostDraw): tf.Tensor {
  const [a, b] = key.dataSync();
  const source = rng(a).fork(b);
  const values = Array.from({ length: tf.util.sizeFromShape(shape) }, () => one(source));
  return tf.tensor(values, shape, dtype);
}
