import * as tf from '@tensorflow/tfjs';
import { GraphError } from './graph-error';
import { tensorflowType } from './node-backend';
import { currentRecording, parallelIterations, type Recording, type Value } from './recording';
import { flatten, signature, unflatten, type Tensors } from './tensors';

/**
 * What `carry` has become after `n` rounds of `body`: c_{i+1} = body(i, c_i) for i = 0 ... n - 1.
 *
 * Inside a compiled function this is one loop of the graph, whose body is recorded once; elsewhere it runs round by round with the same
 * results. Loops nest. Gradients are taken inside the body, not across the loop.
 *
 * @param n number of rounds: a number, or an int32 scalar that may depend on the arguments.
 * @param carry tensors, or arrays and records of tensors, that go from round to round.
 * @param body gives the next carry, of the same nesting, shapes and dtypes; `i` is an int32 scalar.
 * @returns the last carry; the caller owns it.
 * @throws GraphError when the body changes the carry's form, or a gradient is taken across the loop.
 */
export function loop<C extends Tensors>(n: number | tf.Scalar, carry: C, body: (i: tf.Scalar, carry: C) => C): C {
  return tf.tidy(() => {
    const rounds = typeof n === 'number' ? tf.scalar(n, 'int32') : n;
    const start = { i: tf.scalar(0, 'int32'), carry };
    return whileLoop(
      ({ i }) => tf.less(i, rounds),
      ({ i, carry: before }) => ({ i: tf.add(i, tf.scalar(1, 'int32')) as tf.Scalar, carry: body(i, before) }),
      start as { i: tf.Scalar; carry: C },
    ).carry as tf.TensorContainer;
  }) as C;
}

/**
 * What `carry` has become when `condition` no longer holds: while (condition(c)) c = body(c).
 *
 * @param condition a bool scalar of the carry.
 * @param body gives the next carry, of the same nesting, shapes and dtypes.
 * @param carry tensors, or arrays and records of tensors.
 * @returns the last carry; the caller owns it.
 * @throws GraphError as {@link loop}, and when `condition` is not a bool scalar.
 */
export function whileLoop<C extends Tensors>(condition: (carry: C) => tf.Tensor, body: (carry: C) => C, carry: C): C {
  const { gradientDepth } = (tf.engine() as unknown as { state: { gradientDepth: number } }).state;
  if (gradientDepth > 0) throw new GraphError('A gradient was taken across a loop. Take the gradient inside the body instead.');
  const recording = currentRecording();
  return recording ? recordLoop(recording, condition, body, carry) : runLoop(condition, body, carry);
}

function runLoop<C extends Tensors>(condition: (carry: C) => tf.Tensor, body: (carry: C) => C, first: C): C {
  let carry = unflatten(first, flatten(first, 'carry').map((tensor) => tensor.clone()));
  for (;;) {
    const goOn = tf.tidy(() => condition(carry));
    checkCondition(goOn);
    const holds = goOn.dataSync()[0];
    goOn.dispose();
    if (!holds) return carry;
    const next = tf.tidy(() => {
      const result = body(carry);
      checkForm(carry, result);
      return unflatten(result, flatten(result, 'carry').map((tensor) => tensor.clone())) as tf.TensorContainer;
    }) as C;
    tf.dispose(carry as tf.TensorContainer);
    carry = next;
  }
}

/** TensorFlow's loop: Enter -> Merge -> (LoopCond) Switch -> body -> NextIteration -> Merge, and Exit out of the Switch. */
function recordLoop<C extends Tensors>(recording: Recording, condition: (carry: C) => tf.Tensor, body: (carry: C) => C, carry: C): C {
  const first = flatten(carry, 'carry');
  const outside = recording.frame;
  const starts = first.map((tensor) => recording.valueOf(tensor, outside));
  const frame = recording.openFrame();
  const types = starts.map(({ dtype }) => ({ T: { type: tensorflowType[dtype] } }));
  const inside = (value: Value, name: string): Value => ({ ...value, name, frame });

  const merges = starts.map((value, i) => {
    const enter = recording.node('Enter', [value.name], {
      ...types[i],
      frame_name: { s: Buffer.from(frame.name) },
      is_constant: { b: false },
      parallel_iterations: { i: parallelIterations },
    });
    const name = recording.node('Merge', [enter, ''], { ...types[i], N: { i: 2 } });
    return { name, inputs: recording.nodes[recording.nodes.length - 1].input };
  });

  recording.frame = frame;
  let exits: Value[];
  try {
    const merged = first.map((tensor, i) => recording.tensorFor(inside(starts[i], merges[i].name), tensor));
    const goOn = condition(unflatten(carry, merged));
    checkCondition(goOn);
    const test = recording.node('LoopCond', [recording.valueOf(goOn).name], {});
    const switches = merges.map(({ name }, i) => recording.node('Switch', [name, test], types[i]));
    const bodyCarry = first.map((tensor, i) => recording.tensorFor(inside(starts[i], `${switches[i]}:1`), tensor));
    const result = tf.tidy(() => {
      const next = body(unflatten(carry, bodyCarry));
      checkForm(carry, next);
      flatten(next, 'carry').forEach((tensor, i) => {
        merges[i].inputs[1] = recording.node('NextIteration', [recording.valueOf(tensor).name], types[i]);
      });
      return [];
    });
    tf.dispose(result);
    exits = switches.map((name, i) => ({ ...starts[i], name: recording.node('Exit', [name], types[i]), frame: outside }));
  } finally {
    recording.frame = outside;
  }
  return unflatten(carry, first.map((tensor, i) => recording.tensorFor(exits[i], tensor)));
}

function checkCondition(goOn: tf.Tensor): void {
  if (!(goOn instanceof tf.Tensor) || goOn.dtype !== 'bool' || goOn.rank !== 0) {
    throw new GraphError(
      `whileLoop: expected the condition to be a bool scalar, received ${goOn instanceof tf.Tensor ? `${goOn.dtype}[${goOn.shape}]` : typeof goOn}. tf.any and tf.all reduce a tensor to one.`,
    );
  }
}

function checkForm(carry: Tensors, next: Tensors): void {
  const expected = signature(carry, 'carry');
  const received = signature(next, "the body's result");
  if (expected !== received) {
    throw new GraphError(`A loop body changed what it carries: expected ${expected}, received ${received}. Shapes and dtypes stay the same in each round.`);
  }
}
