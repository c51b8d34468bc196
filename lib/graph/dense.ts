import * as tf from '@tensorflow/tfjs';
import { requireOneOf } from '../core/checks';
import { requireTensor } from '../core/rows';
import { GraphError } from './graph-error';
import { boolAttribute, nodeBackend, typeAttribute, type NodeBackend, type OpAttribute } from './node-backend';
import { tapeIsOn } from './tape';

type CustomGradient = Parameters<typeof tf.customGrad>[0];

/** The activations a dense layer can have. */
export type Activation = 'linear' | 'relu' | 'elu' | 'tanh' | 'silu';

/** All of them. */
export const activations: readonly Activation[] = ['linear', 'relu', 'elu', 'tanh', 'silu'];

/**
 * A dense layer, y = f(x W + b).
 *
 * On tfjs-node it runs TensorFlow's own MatMul, BiasAdd and activation with their gradient ops, which takes half the
 * time per training step of tfjs's matMul and add; on other backends it runs the latter.
 *
 * @param x inputs [B, I].
 * @param weights W [I, O].
 * @param bias b [O].
 * @param activation f. Default `linear`.
 * @returns y [B, O]; the caller owns it.
 * @throws GraphError when a second derivative is taken through it on tfjs-node.
 * @throws InvalidInputError for what is no tensor.
 * @example
 * graph.dense(tf.ones([4, 2]), tf.ones([2, 3]), tf.zeros([3]), 'relu'); // shape [4, 3]
 */
export function dense(
  x: tf.Tensor2D,
  weights: tf.Tensor2D,
  bias: tf.Tensor1D,
  activation: Activation = 'linear',
): tf.Tensor2D {
  for (const [name, tensor] of Object.entries({ x, weights, bias })) requireTensor(`dense: ${name}`, tensor);
  requireOneOf('dense: activation', activation, activations);
  const backend = nodeBackend();
  if (!backend) return tf.tidy(() => eager(tf.add(tf.matMul(x, weights), bias), activation)) as tf.Tensor2D;
  const layer = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor, save: tf.GradSaveFunc) => {
    const pre = op(backend, 'BiasAdd', [matMul(backend, x, w, false, false), b]);
    const y = forward(backend, pre, activation);
    save([x, w, pre, y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, w, pre, y] = saved;
        const dPre = backward(backend, dy, pre, y, activation);
        return [
          matMul(backend, dPre, w, false, true),
          matMul(backend, x, dPre, true, false),
          op(backend, 'BiasAddGrad', [dPre]),
        ];
      },
    };
  };
  return tf.customGrad(layer as CustomGradient)(x, weights, bias) as tf.Tensor2D;
}

/** The matrix product a b of [B, I] and [I, O], by TensorFlow's MatMul where available. */
export function product(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const backend = nodeBackend();
  if (!backend) return tf.matMul(a, b);
  const layer = (a: tf.Tensor, b: tf.Tensor, save: tf.GradSaveFunc) => {
    save([a, b]);
    return {
      value: matMul(backend, a, b, false, false),
      gradFunc: (dy: tf.Tensor, [a, b]: tf.Tensor[]) => [
        matMul(backend, dy, b, false, true),
        matMul(backend, a, dy, true, false),
      ],
    };
  };
  return tf.customGrad(layer as CustomGradient)(a, b) as tf.Tensor2D;
}

/** f(x) elementwise, with TensorFlow's own gradient op where there is one. */
export function activate<T extends tf.Tensor>(x: T, activation: Activation): T {
  const backend = nodeBackend();
  if (activation === 'linear') return x.clone();
  if (!backend) return tf.tidy(() => eager(x, activation)) as T;
  const layer = (x: tf.Tensor, save: tf.GradSaveFunc) => {
    const y = forward(backend, x, activation);
    save([x, y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(backend, dy, saved[0], saved[1], activation),
    };
  };
  return tf.customGrad(layer as CustomGradient)(x) as T;
}

function eager(x: tf.Tensor, activation: Activation): tf.Tensor {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'elu':
      return tf.elu(x);
    case 'tanh':
      return tf.tanh(x);
    case 'silu':
      return tf.mul(x, tf.sigmoid(x));
  }
}

function forward(backend: NodeBackend, pre: tf.Tensor, activation: Activation): tf.Tensor {
  switch (activation) {
    case 'linear':
      return pre;
    case 'relu':
      return op(backend, 'Relu', [pre]);
    case 'elu':
      return op(backend, 'Elu', [pre]);
    case 'tanh':
      return op(backend, 'Tanh', [pre]);
    case 'silu':
      return op(backend, 'Mul', [pre, op(backend, 'Sigmoid', [pre])]);
  }
}

/** df/dpre times dy, from the pre-activation and the output. */
function backward(
  backend: NodeBackend,
  dy: tf.Tensor,
  pre: tf.Tensor,
  y: tf.Tensor,
  activation: Activation,
): tf.Tensor {
  switch (activation) {
    case 'linear':
      return dy;
    case 'relu':
      return op(backend, 'ReluGrad', [dy, y]);
    case 'elu':
      return op(backend, 'EluGrad', [dy, y]);
    case 'tanh':
      return op(backend, 'TanhGrad', [y, dy]);
    case 'silu': {
      // f' = s + f (1 - s) with s = sigmoid(pre)
      const s = op(backend, 'Sigmoid', [pre]);
      return op(backend, 'Mul', [dy, tf.add(s, tf.sub(y, tf.mul(y, s)))]);
    }
  }
}

function op(backend: NodeBackend, name: string, inputs: tf.Tensor[]): tf.Tensor {
  return run(backend, name, [], inputs);
}

function matMul(backend: NodeBackend, a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  const transposes = [
    boolAttribute(backend, 'transpose_a', transposeA),
    boolAttribute(backend, 'transpose_b', transposeB),
  ];
  return run(backend, 'MatMul', transposes, [a, b]);
}

/**
 * Runs an op below tfjs, which tfjs cannot differentiate: inside a customGrad it need not, but a second derivative
 * would require it.
 */
function run(backend: NodeBackend, name: string, attributes: OpAttribute[], inputs: tf.Tensor[]): tf.Tensor {
  if (tapeIsOn()) {
    throw new GraphError(
      'A second derivative was taken through dense, product or activate, which have first ones only. ' +
        'Use tf.matMul, tf.add and the activations of tfjs there.',
    );
  }
  return backend.executeSingleOutput(name, [typeAttribute(backend, 'T', 'float32'), ...attributes], inputs);
}
