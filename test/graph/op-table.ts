import * as tf from '@tensorflow/tfjs';
import type { Tensors } from '../../lib/graph/tensors';
import { floats, integers, truths } from './support';

/** A tfjs expression with arguments to try it on. */
export interface OpCase {
  readonly fn: (...args: never[]) => Tensors;
  readonly args: () => tf.Tensor[];
  /** Arguments by which it is differentiated; none by default. */
  readonly by?: number[];
  /** Of the values, relative to max(1, |value|); 0 (equal) by default. */
  readonly tolerance?: number;
}

type T = tf.Tensor;
type T2 = tf.Tensor2D;
/** TensorFlow's graph optimiser reorders a few sums and products: 8 units in the last place of float32. */
const rounding = 8 * 2 ** -23;

const x =
  (low = -2, high = 2) =>
  () => [floats([2, 3], low, high)];
const pair =
  (low = -2, high = 2) =>
  () => [floats([2, 3], low, high, 1), floats([2, 3], low, high, 2)];
const broadcast =
  (low = -2, high = 2) =>
  () => [floats([2, 1, 3], low, high, 1), floats([4, 1], low, high, 2)];
const unary = (fn: (v: T) => T, args = x(), differentiable = true): OpCase => ({
  fn,
  args,
  by: differentiable ? [0] : undefined,
});
const binary = (fn: (a: T, b: T) => T, args = pair(), differentiable = true): OpCase => ({
  fn,
  args,
  by: differentiable ? [0, 1] : undefined,
});
const of =
  (...args: (() => T)[]) =>
  () =>
    args.map((make) => make());
const image = () => floats([2, 5, 6, 2]);

/** Expressions that must come out the same compiled as eagerly. */
export const opTable: Record<string, OpCase> = {
  // elementwise, one argument
  abs: unary(tf.abs),
  acos: unary(tf.acos, x(-0.9, 0.9)),
  acosh: unary(tf.acosh, x(1.1, 3)),
  asin: unary(tf.asin, x(-0.9, 0.9)),
  asinh: unary(tf.asinh),
  atan: unary(tf.atan),
  atanh: unary(tf.atanh, x(-0.9, 0.9)),
  ceil: unary(tf.ceil),
  clipByValue: unary((v) => tf.clipByValue(v, -1, 0.5)),
  cos: unary(tf.cos),
  cosh: unary(tf.cosh),
  elu: unary(tf.elu),
  erf: unary(tf.erf),
  exp: unary(tf.exp),
  expm1: unary(tf.expm1),
  floor: unary(tf.floor),
  isFinite: unary((v) => tf.isFinite(tf.div(1, tf.relu(v))), x(), false),
  isInf: unary((v) => tf.isInf(tf.div(1, tf.relu(v))), x(), false),
  isNaN: unary((v) => tf.isNaN(tf.sqrt(v)), x(), false),
  leakyRelu: unary((v) => tf.leakyRelu(v, 0.1)),
  log: unary(tf.log, x(0.1, 4)),
  log1p: unary(tf.log1p, x(-0.5, 4)),
  logSigmoid: unary(tf.logSigmoid),
  neg: unary(tf.neg),
  onesLike: unary(tf.onesLike),
  reciprocal: unary(tf.reciprocal, x(0.5, 2)),
  relu: unary(tf.relu),
  relu6: unary((v) => tf.relu6(tf.mul(v, 5))),
  round: unary(tf.round),
  rsqrt: unary(tf.rsqrt, x(0.1, 4)),
  selu: unary(tf.selu),
  sigmoid: unary(tf.sigmoid),
  sign: unary(tf.sign),
  sin: unary(tf.sin),
  sinh: unary(tf.sinh),
  softplus: unary(tf.softplus),
  sqrt: unary(tf.sqrt, x(0.1, 4)),
  square: unary(tf.square),
  step: unary((v) => tf.step(v, 0.2)),
  tan: unary(tf.tan, x(-1, 1)),
  tanh: unary(tf.tanh),
  zerosLike: unary(tf.zerosLike),
  'abs of int32': { fn: (v: T) => tf.abs(v), args: of(() => integers([5], -5, 5)) },
  'neg of int32': { fn: (v: T) => tf.neg(v), args: of(() => integers([5], -5, 5)) },
  'a scalar argument': unary(
    (v) => tf.mul(tf.exp(v), 2),
    of(() => floats([])),
  ),
  'an empty tensor': unary(
    (v) => tf.add(tf.exp(v), 1),
    of(() => floats([0, 3])),
    false,
  ),

  // elementwise, two arguments
  add: binary(tf.add),
  'add, broadcast': binary(tf.add, broadcast()),
  'add of an int32 to a float32': {
    fn: (a: T, b: T) => tf.add(a, b),
    args: of(
      () => floats([3]),
      () => integers([3], -4, 4),
    ),
  },
  addN: { fn: (a: T, b: T) => tf.addN([a, b, a]), args: pair(), by: [0, 1], tolerance: rounding },
  sub: binary(tf.sub, broadcast()),
  mul: binary(tf.mul, broadcast()),
  'mul of int32': {
    fn: (a: T, b: T) => tf.mul(a, b),
    args: of(
      () => integers([4], -9, 9, 1),
      () => integers([4], -9, 9, 2),
    ),
  },
  div: binary(tf.div, broadcast(0.5, 2)),
  divNoNan: binary((a, b) => tf.divNoNan(a, tf.relu(b)), pair(), false),
  floorDiv: binary(tf.floorDiv, broadcast(0.5, 3)),
  'floorDiv of int32': {
    fn: (a: T, b: T) => tf.floorDiv(a, b),
    args: of(
      () => integers([4], -9, 9),
      () => integers([4], 1, 5),
    ),
  },
  mod: binary(tf.mod, broadcast(0.5, 3)),
  'mod of int32': {
    fn: (a: T, b: T) => tf.mod(a, b),
    args: of(
      () => integers([4], -9, 9),
      () => integers([4], 1, 5),
    ),
  },
  pow: binary(tf.pow, broadcast(0.5, 2)),
  atan2: binary(tf.atan2, broadcast()),
  maximum: binary(tf.maximum),
  'maximum, broadcast': binary(tf.maximum, broadcast(), false),
  minimum: binary(tf.minimum),
  'minimum, broadcast': binary(tf.minimum, broadcast(), false),
  squaredDifference: binary(tf.squaredDifference),
  'squaredDifference, broadcast': binary(tf.squaredDifference, broadcast(), false),
  prelu: binary(
    tf.prelu,
    of(
      () => floats([2, 3]),
      () => floats([3]),
    ),
  ),
  equal: binary((a, b) => tf.equal(tf.round(a), tf.round(b)), broadcast(), false),
  notEqual: binary((a, b) => tf.notEqual(tf.round(a), tf.round(b)), broadcast(), false),
  less: binary(tf.less, broadcast(), false),
  lessEqual: binary(tf.lessEqual, broadcast(), false),
  greater: binary(tf.greater, broadcast(), false),
  greaterEqual: binary(tf.greaterEqual, broadcast(), false),
  logicalAnd: {
    fn: (a: T, b: T) => tf.logicalAnd(a, b),
    args: of(
      () => truths([6], 1),
      () => truths([6], 2),
    ),
  },
  logicalOr: {
    fn: (a: T, b: T) => tf.logicalOr(a, b),
    args: of(
      () => truths([6], 1),
      () => truths([6], 2),
    ),
  },
  logicalXor: {
    fn: (a: T, b: T) => tf.logicalXor(a, b),
    args: of(
      () => truths([6], 1),
      () => truths([6], 2),
    ),
  },
  logicalNot: { fn: (a: T) => tf.logicalNot(a), args: of(() => truths([6])) },
  where: {
    fn: (c: T, a: T, b: T) => tf.where(c, a, b),
    args: of(
      () => truths([2, 3]),
      () => floats([2, 3], -2, 2, 1),
      () => floats([2, 3], -2, 2, 2),
    ),
    by: [1, 2],
  },
  'where of a comparison': binary((a, b) => tf.where(tf.greater(a, b), tf.square(a), tf.mul(a, b)), pair(), false),

  // reductions
  sum: unary((v) => tf.sum(v)),
  'sum, one axis': unary((v) => tf.sum(v, 1)),
  'sum, keepDims': unary((v) => tf.sum(v, [0, 1], true)),
  'sum of bool': { fn: (v: T) => tf.sum(v), args: of(() => truths([7])) },
  mean: unary((v) => tf.mean(v, 0)),
  'mean, keepDims': unary((v) => tf.mean(v, -1, true)),
  prod: unary((v) => tf.prod(v, 1)),
  max: unary((v) => tf.max(v, 1)),
  min: unary((v) => tf.min(v, 0, true)),
  argMax: unary((v) => tf.argMax(v, 1), x(), false),
  argMin: unary((v) => tf.argMin(v, 0), x(), false),
  all: { fn: (v: T) => tf.all(v, 1), args: of(() => truths([4, 2])) },
  any: { fn: (v: T) => tf.any(v, 1, true), args: of(() => truths([4, 2])) },
  logSumExp: unary((v) => tf.logSumExp(v, 1)),
  softmax: { ...unary((v) => tf.softmax(v)), tolerance: rounding },
  logSoftmax: unary((v) => tf.logSoftmax(v)),
  moments: { fn: (v: T) => ({ ...tf.moments(v, [0]) }), args: x(), by: [0] },
  'norm, euclidean': unary((v) => tf.norm(v, 'euclidean', 1)),
  'norm, 1': unary((v) => tf.norm(v, 1, 0)),
  'norm, max': unary((v) => tf.norm(v, Infinity, 1)),
  cumsum: unary((v) => tf.cumsum(v, 1)),
  'cumsum, exclusive and reversed': unary((v) => tf.cumsum(v, 1, true, true)),
  cumprod: unary((v) => tf.cumprod(v, 1), x(), false),
  topk: { fn: (v: T) => ({ ...tf.topk(v, 2) }), args: x() },
  bincount: { fn: (v: tf.Tensor1D) => tf.bincount(v, tf.tensor1d([]), 4), args: of(() => integers([9], 0, 4)) },
  'losses.meanSquaredError': binary((a, b) => tf.losses.meanSquaredError(a, b)),
  'losses.sigmoidCrossEntropy': {
    fn: (a: T, b: T) => tf.losses.sigmoidCrossEntropy(a, b),
    args: of(
      () => floats([2, 3], 0, 1),
      () => floats([2, 3]),
    ),
    by: [1],
  },
  'losses.softmaxCrossEntropy': {
    fn: (a: T, b: T) => tf.losses.softmaxCrossEntropy(a, b),
    args: of(
      () => tf.oneHot(tf.tensor1d([0, 2], 'int32'), 3).toFloat(),
      () => floats([2, 3]),
    ),
    by: [1],
  },

  // shapes
  reshape: unary((v) => tf.reshape(v, [3, 2])),
  'reshape to and fro': unary((v) => tf.mul(tf.reshape(tf.reshape(v, [6]), [2, 3]), v)),
  expandDims: unary((v) => tf.expandDims(v, 1)),
  squeeze: unary(
    (v) => tf.squeeze(v),
    of(() => floats([1, 3, 1])),
  ),
  flatten: unary((v) => v.flatten()),
  transpose: unary((v) => tf.transpose(v)),
  'transpose, permuted': unary(
    (v) => tf.transpose(v, [2, 0, 1]),
    of(() => floats([2, 3, 4])),
  ),
  slice: unary((v) => tf.slice(v, [0, 1], [2, 2])),
  stridedSlice: unary((v) => tf.stridedSlice(v, [0, 2], [2, 0], [1, -1]), x(), false),
  gather: {
    fn: (v: T, i: tf.Tensor1D) => tf.gather(v, i, 1),
    args: of(
      () => floats([2, 3]),
      () => tf.tensor1d([2, 0, 2], 'int32'),
    ),
    by: [0],
  },
  'gather of rows': {
    fn: (v: T, i: tf.Tensor1D) => tf.gather(v, i),
    args: of(
      () => floats([5, 2]),
      () => integers([4], 0, 5),
    ),
    by: [0],
  },
  'gather by computed indices': unary((v) => tf.gather(v, tf.argMax(v, 1) as tf.Tensor1D, 1), x(), false),
  gatherND: {
    fn: (v: T, i: T) => tf.gatherND(v, i),
    args: of(
      () => floats([2, 3]),
      () =>
        tf.tensor2d(
          [
            [0, 1],
            [1, 0],
          ],
          undefined,
          'int32',
        ),
    ),
  },
  concat: { fn: (a: T, b: T) => tf.concat([a, b], 1), args: pair(), by: [0, 1] },
  'concat of a tensor with itself': unary((v) => tf.concat([v, v, v], 0)),
  stack: { fn: (a: T, b: T) => tf.stack([a, b], 1), args: pair(), by: [0, 1] },
  unstack: { fn: (v: T) => tf.unstack(v, 1), args: x(), by: [0] },
  split: { fn: (v: T) => tf.split(v, 3, 1), args: x(), by: [0] },
  'split, sizes': { fn: (v: T) => tf.split(v, [1, 2], 1), args: x(), by: [0] },
  'one part of a split': unary((v) => tf.split(v, 3, 1)[2]),
  tile: unary((v) => tf.tile(v, [2, 3])),
  broadcastTo: unary((v) => tf.broadcastTo(v, [4, 2, 3])),
  pad: unary((v) =>
    tf.pad(
      v,
      [
        [1, 0],
        [0, 2],
      ],
      0.5,
    ),
  ),
  mirrorPad: unary(
    (v) =>
      tf.mirrorPad(
        v,
        [
          [1, 0],
          [0, 2],
        ],
        'reflect',
      ),
    x(),
    false,
  ),
  reverse: unary((v) => tf.reverse(v, 1)),
  oneHot: { fn: (i: T) => tf.oneHot(i, 4), args: of(() => integers([3], 0, 4)) },
  meshgrid: {
    fn: (a: T, b: T) => tf.meshgrid(a, b),
    args: of(
      () => floats([2]),
      () => floats([3]),
    ),
  },
  diag: unary(
    (v) => tf.diag(v),
    of(() => floats([3])),
    false,
  ),
  scatterND: {
    fn: (i: T, v: T) => tf.scatterND(i, v, [6]),
    args: of(
      () => tf.tensor2d([[1], [4], [1]], undefined, 'int32'),
      () => floats([3]),
    ),
  },
  tensorScatterUpdate: {
    fn: (v: T, i: T, u: T) => tf.tensorScatterUpdate(v, i, u),
    args: of(
      () => floats([5]),
      () => tf.tensor2d([[1], [4]], undefined, 'int32'),
      () => floats([2]),
    ),
  },
  unsortedSegmentSum: {
    fn: (v: T, i: tf.Tensor1D) => tf.unsortedSegmentSum(v, i, 3),
    args: of(
      () => floats([4, 2]),
      () => tf.tensor1d([2, 0, 2, 1], 'int32'),
    ),
    by: [0],
  },
  'linalg.bandPart': unary(
    (v) => tf.linalg.bandPart(v, 0, -1),
    of(() => floats([3, 3])),
    false,
  ),
  clone: unary((v) => tf.clone(v)),
  'cast to int32': { fn: (v: T) => tf.cast(v, 'int32'), args: x(-5, 5) },
  'cast to bool': { fn: (v: T) => tf.cast(v, 'bool'), args: of(() => integers([5], -1, 2)) },
  'cast of bool to float32': { fn: (v: T) => tf.mul(tf.cast(v, 'float32'), 3), args: of(() => truths([4])) },
  'cast to its own dtype': unary((v) => tf.square(tf.cast(v, 'float32'))),

  // made of numbers: constants of the graph
  'eye, fill, linspace, range, ones and zeros': {
    fn: (v: T) => [
      tf.add(tf.eye(3), v),
      tf.mul(tf.fill([2, 3], 4), v),
      tf.mul(tf.linspace(0, 1, 3), v),
      tf.add(tf.range(0, 3), v),
      tf.mul(tf.ones([3]), v),
      tf.add(tf.zeros([1]), v),
    ],
    args: of(() => floats([])),
    by: [0],
  },

  // products
  matMul: {
    fn: (a: T2, b: T2) => tf.matMul(a, b),
    args: of(
      () => floats([4, 3]),
      () => floats([3, 5]),
    ),
    by: [0, 1],
  },
  'matMul, both transposed': {
    fn: (a: T2, b: T2) => tf.matMul(a, b, true, true),
    args: of(
      () => floats([3, 4]),
      () => floats([5, 3]),
    ),
    by: [0, 1],
  },
  'matMul, second transposed': {
    fn: (a: T2, b: T2) => tf.matMul(a, b, false, true),
    args: of(
      () => floats([4, 3]),
      () => floats([5, 3]),
    ),
    by: [0, 1],
  },
  'matMul, batched': {
    fn: (a: T, b: T) => tf.matMul(a, b),
    args: of(
      () => floats([2, 4, 3]),
      () => floats([2, 3, 5]),
    ),
    by: [0, 1],
  },
  'matMul, broadcast batch': {
    fn: (a: T, b: T) => tf.matMul(a, b),
    args: of(
      () => floats([2, 4, 3]),
      () => floats([1, 3, 5]),
    ),
  },
  dot: {
    fn: (a: T, b: T) => tf.dot(a, b),
    args: of(
      () => floats([4], -2, 2, 1),
      () => floats([4], -2, 2, 2),
    ),
    by: [0, 1],
  },
  outerProduct: {
    fn: (a: tf.Tensor1D, b: tf.Tensor1D) => tf.outerProduct(a, b),
    args: of(
      () => floats([4]),
      () => floats([3]),
    ),
    by: [0, 1],
  },
  einsum: {
    fn: (a: T, b: T) => tf.einsum('bij,bjk->bik', a, b),
    args: of(
      () => floats([2, 3, 4]),
      () => floats([2, 4, 2]),
    ),
  },
  'fused.matMul': {
    fn: (a: T2, b: T2, bias: T) => tf.fused.matMul({ a, b, bias, activation: 'relu' }),
    args: of(
      () => floats([4, 3]),
      () => floats([3, 5]),
      () => floats([5]),
    ),
    by: [0, 1, 2],
  },
  'linalg.gramSchmidt': {
    tolerance: rounding,
    ...unary(
      (v) => tf.linalg.gramSchmidt(v as T2) as T,
      of(() => floats([3, 3])),
      false,
    ),
  },
  'linalg.qr': { fn: (v: T) => tf.linalg.qr(v), args: of(() => floats([3, 3])) },
  conv1d: {
    fn: (a: tf.Tensor3D, w: tf.Tensor3D) => tf.conv1d(a, w, 1, 'same'),
    args: of(
      () => floats([2, 6, 3]),
      () => floats([3, 3, 4]),
    ),
    by: [0, 1],
  },
  conv2d: {
    fn: (a: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(a, w, 2, 'valid'),
    args: of(image, () => floats([3, 2, 2, 3])),
    by: [0, 1],
  },
  depthwiseConv2d: {
    fn: (a: tf.Tensor4D, w: tf.Tensor4D) => tf.depthwiseConv2d(a, w, 1, 'same'),
    args: of(image, () => floats([3, 3, 2, 2])),
    by: [0, 1],
  },
  conv2dTranspose: {
    fn: (a: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2dTranspose(a, w, [2, 10, 12, 3], 2, 'same'),
    args: of(image, () => floats([3, 3, 3, 2])),
    by: [0, 1],
  },
  maxPool: unary((v) => tf.maxPool(v as tf.Tensor4D, 2, 2, 'valid'), of(image)),
  avgPool: unary((v) => tf.avgPool(v as tf.Tensor4D, 3, 1, 'same'), of(image)),
  batchNorm: {
    fn: (v: T2, m: tf.Tensor1D, s: tf.Tensor1D) => tf.batchNorm(v, m, s, tf.zeros([3]), tf.ones([3])),
    args: of(
      () => floats([4, 3]),
      () => floats([3], -1, 1),
      () => floats([3], 0.5, 1),
    ),
    by: [0, 1, 2],
  },
  localResponseNormalization: unary((v) => tf.localResponseNormalization(v as tf.Tensor4D, 1), of(image)),
  'image.resizeBilinear': unary((v) => tf.image.resizeBilinear(v as tf.Tensor4D, [3, 3]), of(image)),

  // complex numbers
  'complex, real and imag': {
    fn: (a: T, b: T) => {
      const z = tf.complex(a, b);
      return [tf.real(tf.mul(z, z)), tf.imag(tf.mul(z, z)), tf.abs(z)];
    },
    args: pair(),
  },
  'complex64 argument and result': {
    fn: (z: T) => tf.mul(z, z),
    args: of(() => tf.complex(floats([3], -1, 1, 1), floats([3], -1, 1, 2))),
  },
  fft: { fn: (a: T) => tf.real(tf.spectral.fft(tf.complex(a, tf.zerosLike(a)))), args: of(() => floats([8])) },
};
