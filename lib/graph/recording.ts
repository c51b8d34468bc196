import * as tf from '@tensorflow/tfjs';
import { attributeProtos, tensorProto } from './encoding';
import { typeOf, type Frame, type Value } from './frame';
import { GraphError } from './graph-error';
import { intercept } from './interception';
import { freshCopy, tensorflowType, type NodeBackend, type OpAttribute } from './node-backend';
import { shapeProto, type AttrValue, type NodeDef, type TensorInfo } from './saved-model';

/** How many rounds of a loop TensorFlow may run at once. */
const parallelIterations = 10;

/** Ops whose output shape depends on values: a graph is specialised to shapes, so they cannot be recorded. */
const valueShapedOps = new Set([
  'Unique',
  'UniqueV2',
  'Where',
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
]);

let active: Recording | undefined;

/** The recording in progress, if any. */
export function currentRecording(): Recording | undefined {
  return active;
}

/**
 * The graph that a run of tfjs code leaves behind.
 *
 * While `run` executes a function, each TensorFlow op that tfjs-node issues is executed as usual, which gives shapes
 * and dtypes, and appended as a node if it depends on an argument. Everything else becomes a constant. Gradients need
 * no special treatment, since tfjs differentiates above the ops.
 */
export class Recording {
  readonly nodes: NodeDef[] = [];
  readonly root: Frame = { name: '', depth: 0, entered: new Map() };
  frame: Frame = this.root;
  private readonly values = new WeakMap<object, Value>();
  private readonly constants = new WeakMap<object, Value>();
  private count = 0;
  private paused = false;

  constructor(readonly backend: NodeBackend) {}

  /** Runs `body` with this recording active; tfjs's backend is as before afterwards. */
  run<T>(body: () => T): T {
    const outer = activate(this);
    try {
      return intercept(
        this.backend,
        {
          onOp: (...call) => this.record(...call),
          refusesRead: (dataId) => !this.paused && this.values.has(dataId),
        },
        body,
      );
    } finally {
      activate(outer);
    }
  }

  /** A tensor that stands for `value`, with the numbers of `like`. */
  tensorFor(value: Value, like: tf.Tensor): tf.Tensor {
    const copy = this.unrecorded(() => freshCopy(this.backend, like));
    this.values.set(copy.dataId, value);
    return copy;
  }

  /** The node output that `tensor` stands for, seen from `frame`; a tensor of unknown origin becomes a constant. */
  valueOf(tensor: tf.TensorInfo, frame = this.frame): Value {
    const value = this.values.get(tensor.dataId) ?? this.constant(tensor);
    return this.enter(sameShape(value.shape, tensor.shape) ? value : this.reshaped(value, tensor.shape), frame);
  }

  /**
   * As `valueOf`, for what starts or continues a loop. A value from outside a body exists in every round, even
   * in the one that the condition has ended, and so would circulate for ever: here it exists only in rounds that are
   * run.
   */
  carried(tensor: tf.TensorInfo): Value {
    const value = this.valueOf(tensor);
    if (!this.frame.test || this.home(tensor) === this.frame) return value;
    return { ...value, name: `${this.node('Switch', [value.name, this.frame.test], typeOf(value))}:1` };
  }

  /** Appends a node and returns its name. */
  node(op: string, input: string[], attr: Record<string, AttrValue>, name = `n${this.count++}`): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  /** Appends the node through which a value comes into `frame`: once (`constant`), or as the first round's. */
  enterNode(value: Value, frame: Frame, constant: boolean): string {
    return this.node('Enter', [value.name], {
      ...typeOf(value),
      frame_name: { s: Buffer.from(frame.name) },
      is_constant: { b: constant },
      parallel_iterations: { i: parallelIterations },
    });
  }

  /** A named end of the graph for `value`. */
  end(name: string, value: Value): TensorInfo {
    return { name: `${name}:0`, dtype: tensorflowType[value.dtype], tensor_shape: shapeProto(value.shape) };
  }

  /** Frames for the condition and, once its test is known, the body of a new loop inside the current frame. */
  openLoop(): { condition: Frame; body: (test: string) => Frame } {
    const loop = { name: `loop${this.count++}`, depth: this.frame.depth + 1, parent: this.frame };
    return { condition: { ...loop, entered: new Map() }, body: (test) => ({ ...loop, entered: new Map(), test }) };
  }

  private record(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: readonly tf.Tensor[],
  ): void {
    if (this.paused || !inputs.some((input) => this.values.has(input.dataId))) return;
    if (valueShapedOps.has(op))
      throw new GraphError(
        `${op} was called while a function was being compiled: the shape of its output depends on the values.`,
      );
    const frame = inputs
      .map((input) => this.home(input))
      .reduce((deepest, each) => (each.depth > deepest.depth ? each : deepest));
    const name = this.node(
      op,
      inputs.map((input) => this.valueOf(input, frame).name),
      attributeProtos(this.backend, op, attributes, inputs),
    );
    outputs.forEach((output, i) =>
      this.values.set(output.dataId, {
        name: i === 0 ? name : `${name}:${i}`,
        frame,
        shape: output.shape,
        dtype: output.dtype,
      }),
    );
  }

  /**
   * The frame where a tensor's value lives: an op runs in the deepest of its inputs' frames, so loop-invariant work
   * stays outside.
   */
  private home(tensor: tf.TensorInfo): Frame {
    const frame = this.values.get(tensor.dataId)?.frame ?? this.root;
    this.refuseEscape(frame, this.frame);
    return frame;
  }

  private refuseEscape(inner: Frame, frame: Frame): void {
    for (let around: Frame | undefined = frame; around; around = around.parent) if (around === inner) return;
    throw new GraphError(
      "A tensor of a loop's body or condition was used outside it. " +
        'Return it from the body as part of what the loop carries.',
    );
  }

  private enter(value: Value, frame: Frame): Value {
    if (value.frame === frame) return value;
    this.refuseEscape(value.frame, frame);
    const known = frame.entered.get(value.name);
    if (known) return known;
    const entered: Value = { ...value, name: this.enterNode(this.enter(value, frame.parent!), frame, true), frame };
    frame.entered.set(value.name, entered);
    return entered;
  }

  private constant(tensor: tf.TensorInfo): Value {
    const known = this.constants.get(tensor.dataId);
    if (known) return known;
    const proto = tensorProto(
      tensor,
      this.unrecorded(() => this.backend.readSync(tensor.dataId)),
    );
    const name = this.node('Const', [], { dtype: { type: proto.dtype }, value: { tensor: proto } });
    const value: Value = { name, frame: this.root, shape: tensor.shape, dtype: tensor.dtype };
    this.constants.set(tensor.dataId, value);
    return value;
  }

  /** tfjs lets tensors of several shapes share their data; the graph needs a node for that. */
  private reshaped(value: Value, shape: readonly number[]): Value {
    const target = tf.tensor1d(shape as number[], 'int32');
    const to = this.enter(this.constant(target), value.frame);
    target.dispose();
    return {
      ...value,
      name: this.node('Reshape', [value.name, to.name], { ...typeOf(value), Tshape: { type: tensorflowType.int32 } }),
      shape,
    };
  }

  private unrecorded<T>(body: () => T): T {
    const before = this.paused;
    this.paused = true;
    try {
      return body();
    } finally {
      this.paused = before;
    }
  }
}

function activate(recording: Recording | undefined): Recording | undefined {
  const before = active;
  active = recording;
  return before;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
