import * as tf from '@tensorflow/tfjs';
import { requireFunction } from '../core/checks';
import { typeOf } from './frame';
import { GraphError } from './graph-error';
import { currentRecording, type Recording } from './recording';
import { tapeIsOn } from './tape';
import { flatten, signature, unflatten, type Tensors } from './tensors';

/**
 * The value of `carry` after `n` rounds of `body`: c_{i+1} = body(i, c_i) for i = 0 ... n - 1.
 *
 * Inside a compiled function this is one loop of the graph, whose body is recorded once; elsewhere it runs round by
 * round with the same results. Loops nest. Gradients are taken inside the body, not across the loop.
 *
 * @param n number of rounds: a number, or an int32 scalar that may depend on the arguments.
 * @param carry tensors, or arrays and records of tensors, that go from round to round.
 * @param body gives the next carry, of the same nesting, shapes and dtypes; `i` is an int32 scalar.
 * @returns the last carry; the caller owns it.
 * @throws GraphError when the body changes the carry's form, or a gradient is taken across the loop.
 * @example
 * graph.loop(3, tf.scalar(1), (i, carry) => tf.mul(carry, 2)); // 8
 */
export function loop<C extends Tensors>(n: number | tf.Scalar, carry: C, body: (i: tf.Scalar, carry: C) => C): C {
  requireFunction('loop: body', body);
  const run = (): C => {
    const rounds = countOf(n);
    return whileLoop(
      ({ i }) => tf.less(i, rounds),
      ({ i, carry: before }) => ({ i: tf.add(i, tf.scalar(1, 'int32')) as tf.Scalar, carry: body(i, before) }),
      { i: tf.scalar(0, 'int32') as tf.Scalar, carry },
    ).carry;
  };
  return currentRecording() ? run() : (tf.tidy(() => run() as tf.TensorContainer) as C);
}

function countOf(n: number | tf.Scalar): tf.Scalar {
  if (
    typeof n === 'number'
      ? Number.isInteger(n) && n >= 0 && n < 2 ** 31
      : n instanceof tf.Tensor && n.rank === 0 && n.dtype === 'int32'
  ) {
    return typeof n === 'number' ? tf.scalar(n, 'int32') : n;
  }
  throw new GraphError(
    `loop: expected the number of rounds as a whole number of at least 0 or an int32 scalar, received ${describe(n)}.`,
  );
}

/**
 * The value of `carry` when `condition` no longer holds: while (condition(c)) c = body(c).
 *
 * @param condition a bool scalar of the carry.
 * @param body gives the next carry, of the same nesting, shapes and dtypes.
 * @param carry tensors, or arrays and records of tensors.
 * @returns the last carry; the caller owns it.
 * @throws GraphError as {@link loop} does, and when `condition` is not a bool scalar.
 * @example
 * graph.whileLoop((carry) => tf.less(carry, 100), (carry) => tf.mul(carry, 2), tf.scalar(1)); // 128
 */
export function whileLoop<C extends Tensors>(condition: (carry: C) => tf.Tensor, body: (carry: C) => C, carry: C): C {
  requireFunction('whileLoop: condition', condition);
  requireFunction('whileLoop: body', body);
  if (tapeIsOn())
    throw new GraphError('A gradient was taken across a loop. Take the gradient inside the body instead.');
  const recording = currentRecording();
  if (recording) return recordLoop(recording, condition, body, carry);
  return tf.tidy(() => runLoop(condition, body, carry) as tf.TensorContainer) as C;
}

function runLoop<C extends Tensors>(condition: (carry: C) => tf.Tensor, body: (carry: C) => C, first: C): C {
  let carry = clone(first);
  while (holds(condition, carry)) {
    const next = tf.tidy(() => {
      const result = body(carry);
      checkForm(first, result);
      return clone(result) as tf.TensorContainer;
    }) as C;
    tf.dispose(carry as tf.TensorContainer);
    carry = next;
  }
  return carry;
}

function holds<C extends Tensors>(condition: (carry: C) => tf.Tensor, carry: C): boolean {
  return (
    tf.tidy(() => {
      const goOn = condition(carry);
      checkCondition(goOn);
      return goOn.dataSync()[0];
    }) !== 0
  );
}

function clone<T extends Tensors>(tensors: T): T {
  return unflatten(
    tensors,
    flatten(tensors, 'carry').map((tensor) => tensor.clone()),
  );
}

/**
 * TensorFlow's loop: Enter -> Merge -> (LoopCond) Switch -> body -> NextIteration -> Merge, and Exit out of the Switch.
 */
function recordLoop<C extends Tensors>(
  recording: Recording,
  condition: (carry: C) => tf.Tensor,
  body: (carry: C) => C,
  carry: C,
): C {
  const first = flatten(carry, 'carry');
  const outside = recording.frame;
  const starts = first.map((tensor) => recording.carried(tensor));
  const loop = recording.openLoop();
  const standIns = (names: string[]): tf.Tensor[] =>
    first.map((tensor, i) => recording.tensorFor({ ...starts[i], name: names[i], frame: recording.frame }, tensor));

  const merges = starts.map((start) => {
    const name = recording.node('Merge', [recording.enterNode(start, loop.condition, false)], {
      ...typeOf(start),
      N: { i: 2 },
    });
    return { name, inputs: recording.nodes[recording.nodes.length - 1].input };
  });
  let exits: string[];
  try {
    recording.frame = loop.condition;
    const goOn = condition(unflatten(carry, standIns(merges.map(({ name }) => name))));
    checkCondition(goOn);
    const test = recording.node('LoopCond', [recording.valueOf(goOn).name], {});
    const switches = merges.map(({ name }, i) => recording.node('Switch', [name, test], typeOf(starts[i])));

    recording.frame = loop.body(test);
    const next = body(unflatten(carry, standIns(switches.map((name) => `${name}:1`))));
    checkForm(carry, next);
    flatten(next, "the body's result").forEach((tensor, i) => {
      merges[i].inputs.push(recording.node('NextIteration', [recording.carried(tensor).name], typeOf(starts[i])));
    });
    exits = switches.map((name, i) => recording.node('Exit', [name], typeOf(starts[i])));
  } finally {
    recording.frame = outside;
  }
  return unflatten(carry, standIns(exits));
}

function checkCondition(goOn: unknown): asserts goOn is tf.Scalar {
  if (goOn instanceof tf.Tensor && goOn.dtype === 'bool' && goOn.rank === 0) return;
  throw new GraphError(
    `whileLoop: expected the condition to be a bool scalar, received ${describe(goOn)}. ` +
      'tf.any and tf.all reduce a tensor to one.',
  );
}

function checkForm(carry: Tensors, next: Tensors): void {
  const expected = signature(carry, 'carry');
  const received = signature(next, "the body's result");
  if (expected !== received) {
    throw new GraphError(
      `A loop body changed what it carries: expected ${expected}, received ${received}. ` +
        'Shapes and dtypes must stay the same in every round.',
    );
  }
}

function describe(value: unknown): string {
  return value instanceof tf.Tensor
    ? `${value.dtype}[${value.shape}]`
    : typeof value === 'number'
      ? String(value)
      : typeof value;
}
