import * as tf from '@tensorflow/tfjs';
import { GraphError } from './graph-error';
import { freshCopy, tensorflowType, type NodeBackend, type OpAttribute } from './node-backend';
import { shapeProto, type AttrValue, type NodeDef, type ShapeProto, type TensorInfo } from './saved-model';

/** The body of a loop in the graph: its nodes live in a frame of their own, nested in the frame around the loop. */
export interface Frame {
  readonly name: string;
  readonly depth: number;
  readonly parent?: Frame;
  /** Values from outside that already have their `Enter` node here. */
  readonly entered: Map<string, Value>;
}

/** One output of a node. */
export interface Value {
  /** `node` or `node:output`, as TensorFlow names it. */
  readonly name: string;
  readonly frame: Frame;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** Ops whose output's shape depends on the values: a graph is specialised to shapes, so they can't be recorded. */
const valueShapedOps = new Set(['Unique', 'UniqueV2', 'Where', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5']);

/** Names of tfjs functions that draw random numbers on the JavaScript side, or from a hidden state. */
const hiddenDraws = /^(randomNormal|randomUniform|randomUniformInt|randomStandardNormal|randomGamma|truncatedNormal|rand|multinomial|dropout)__op$/;

let active: Recording | undefined;

/** The recording under way, if any. */
export function currentRecording(): Recording | undefined {
  return active;
}

/**
 * The graph that a run of tfjs code leaves behind.
 *
 * While `run` executes a function, each TensorFlow op that tfjs-node issues is executed as usual, which gives shapes and dtypes, and
 * appended as a node if it depends on an argument. Everything else becomes a constant. Gradients need nothing of their own, since
 * tfjs differentiates above the ops.
 */
export class Recording {
  readonly nodes: NodeDef[] = [];
  readonly root: Frame = { name: '', depth: 0, entered: new Map() };
  frame: Frame = this.root;
  private readonly values = new WeakMap<object, Value>();
  private readonly constants = new WeakMap<object, Value>();
  private count = 0;

  constructor(readonly backend: NodeBackend) {}

  /** Runs `body` with this recording active; tfjs's backend is as before afterwards. */
  run<T>(body: () => T): T {
    const backend = this.backend;
    const { executeSingleOutput, executeMultipleOutputs, read, readSync } = backend;
    const engine = tf.engine();
    const { startScope, runKernel } = engine;
    const outer = active;
    active = this;
    backend.executeSingleOutput = (op, attributes, inputs) => {
      const output = executeSingleOutput.call(backend, op, attributes, inputs);
      this.record(op, attributes, inputs, [output]);
      return output;
    };
    backend.executeMultipleOutputs = (op, attributes, inputs, count) => {
      const outputs = executeMultipleOutputs.call(backend, op, attributes, inputs, count);
      this.record(op, attributes, inputs, outputs);
      return outputs;
    };
    backend.readSync = (dataId) => {
      this.refuseRead(dataId);
      return readSync.call(backend, dataId);
    };
    backend.read = (dataId) => {
      this.refuseRead(dataId);
      return read.call(backend, dataId);
    };
    engine.startScope = (name) => {
      if (name && hiddenDraws.test(name)) {
        throw new GraphError(
          `tf.${name.replace('__op', '')} was called while a function was being compiled: its draw would be frozen into the graph. ` +
            'Use randomNormal(key, shape), randomUniform(key, shape) or randomInteger(key, shape, low, high) of scorebook.',
        );
      }
      startScope.call(engine, name);
    };
    engine.runKernel = ((kernel, ...rest) => {
      const around = this.kernel;
      this.kernel = kernel;
      try {
        return runKernel.call(engine, kernel, ...rest);
      } finally {
        this.kernel = around;
      }
    }) as typeof engine.runKernel;
    try {
      return body();
    } finally {
      active = outer;
      for (const method of ['executeSingleOutput', 'executeMultipleOutputs', 'read', 'readSync'] as const) {
        delete (backend as unknown as Record<string, unknown>)[method];
      }
      for (const method of ['startScope', 'runKernel'] as const) delete (engine as unknown as Record<string, unknown>)[method];
    }
  }

  /** A tensor that stands for `value`, with the numbers of `like`. */
  tensorFor(value: Value, like: tf.Tensor): tf.Tensor {
    const copy = this.unrecorded(() => freshCopy(this.backend, like));
    this.values.set(copy.dataId, value);
    return copy;
  }

  /** True where the tensor depends on an argument of the function that is recorded. */
  isTraced(tensor: tf.TensorInfo): boolean {
    return this.values.has(tensor.dataId);
  }

  /** The node output that `tensor` stands for, seen from `frame`; a tensor of unknown origin becomes a constant. */
  valueOf(tensor: tf.TensorInfo, frame = this.frame): Value {
    const value = this.values.get(tensor.dataId) ?? this.constant(tensor);
    return this.enter(sameShape(value.shape, tensor.shape) ? value : this.reshaped(value, tensor.shape), frame);
  }

  /** Appends a node and returns its name. */
  node(op: string, input: string[], attr: Record<string, AttrValue>, name = `n${this.count++}`): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  /** A named end of the graph for `value`. */
  end(name: string, value: Value): TensorInfo {
    return { name: `${name}:0`, dtype: tensorflowType[value.dtype], tensor_shape: shapeProto(value.shape) };
  }

  /** A new frame inside the current one. */
  openFrame(): Frame {
    return { name: `loop${this.count++}`, depth: this.frame.depth + 1, parent: this.frame, entered: new Map() };
  }

  private record(op: string, attributes: readonly OpAttribute[], inputs: readonly tf.TensorInfo[], outputs: readonly tf.Tensor[]): void {
    if (this.paused || !inputs.some((input) => this.isTraced(input))) return;
    if (valueShapedOps.has(op)) throw new GraphError(`${op} was called while a function was being compiled: the shape of its output depends on the values.`);
    const frame = inputs.map((input) => this.home(input)).reduce((deepest, each) => (each.depth > deepest.depth ? each : deepest));
    const name = this.node(
      op,
      inputs.map((input) => this.valueOf(input, frame).name),
      {
        // eager execution infers this type, which tfjs-node leaves out
        ...(op === 'ExpandDims' ? { T: { type: tensorflowType[inputs[0].dtype] } } : {}),
        ...Object.fromEntries(attributes.map((attribute) => [attribute.name, this.attrValue(attribute)])),
      },
    );
    outputs.forEach((output, i) =>
      this.values.set(output.dataId, { name: i === 0 ? name : `${name}:${i}`, frame, shape: output.shape, dtype: output.dtype }),
    );
  }

  /** The frame where a tensor's value lives: an op runs in the deepest of its inputs' frames, so loop-invariant work stays outside. */
  private home(tensor: tf.TensorInfo): Frame {
    const frame = this.values.get(tensor.dataId)?.frame ?? this.root;
    this.refuseEscape(frame, this.frame);
    return frame;
  }

  private refuseEscape(inner: Frame, frame: Frame): void {
    for (let around: Frame | undefined = frame; around; around = around.parent) if (around === inner) return;
    throw new GraphError('A tensor of a loop body was used after the loop. Return it from the body as part of what the loop carries.');
  }

  private enter(value: Value, frame: Frame): Value {
    if (value.frame === frame) return value;
    this.refuseEscape(value.frame, frame);
    const known = frame.entered.get(value.name);
    if (known) return known;
    const outside = this.enter(value, frame.parent!);
    const name = this.node('Enter', [outside.name], {
      T: { type: tensorflowType[value.dtype] },
      frame_name: { s: Buffer.from(frame.name) },
      is_constant: { b: true },
      parallel_iterations: { i: parallelIterations },
    });
    const entered: Value = { ...value, name, frame };
    frame.entered.set(value.name, entered);
    return entered;
  }

  private constant(tensor: tf.TensorInfo): Value {
    const known = this.constants.get(tensor.dataId);
    if (known) return known;
    const data = this.unrecorded(() => this.backend.readSync(tensor.dataId));
    const name = this.node('Const', [], {
      dtype: { type: tensorflowType[tensor.dtype] },
      value: { tensor: { dtype: tensorflowType[tensor.dtype], tensor_shape: shapeProto(tensor.shape), ...content(data) } },
    });
    const value: Value = { name, frame: this.root, shape: tensor.shape, dtype: tensor.dtype };
    this.constants.set(tensor.dataId, value);
    return value;
  }

  /** tfjs lets tensors of several shapes share their data; the graph needs a node for that. */
  private reshaped(value: Value, shape: readonly number[]): Value {
    const target = tf.tensor1d(shape as number[], 'int32');
    const to = this.enter(this.constant(target), value.frame);
    target.dispose();
    const name = this.node('Reshape', [value.name, to.name], { T: { type: tensorflowType[value.dtype] }, Tshape: { type: tensorflowType.int32 } });
    return { ...value, name, shape };
  }

  private paused = false;
  private unrecorded<T>(body: () => T): T {
    const before = this.paused;
    this.paused = true;
    try {
      return body();
    } finally {
      this.paused = before;
    }
  }

  private kernel = '';
  private refuseRead(dataId: object): void {
    // tfjs-node's gather kernel reads the indices only to check their range
    if (this.kernel !== 'GatherV2' && !this.paused && this.values.has(dataId)) {
      throw new GraphError(
        'The values of a traced tensor were read while a function was being compiled; they exist only when the graph runs. ' +
          'Return the tensor from the compiled function and read it there, or use tf.where and whileLoop for decisions.',
      );
    }
  }

  private attrValue({ name, type, value }: OpAttribute): AttrValue {
    const { binding } = this.backend;
    const list = Array.isArray(value) ? value : undefined;
    switch (type) {
      case binding.TF_ATTR_TYPE:
        return list ? { list: { type: list } } : { type: value as number };
      case binding.TF_ATTR_INT:
        return list ? { list: { i: list } } : { i: value as number };
      case binding.TF_ATTR_FLOAT:
        return list ? { list: { f: list } } : { f: value as number };
      case binding.TF_ATTR_BOOL:
        return list ? { list: { b: list } } : { b: value as boolean };
      case binding.TF_ATTR_STRING:
        return list ? { list: { s: list.map((text) => Buffer.from(text as string)) } } : { s: Buffer.from(value as string) };
      case binding.TF_ATTR_SHAPE:
        return { shape: shapeProto(value as number[]) as ShapeProto };
      default:
        throw new GraphError(`The attribute ${name} has a kind (${type}) that a compiled function can't hold.`);
    }
  }
}

/** How many iterations of a loop TensorFlow may have under way at once. */
export const parallelIterations = 10;

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function content(data: tf.backend_util.BackendValues): { tensor_content: Uint8Array } | { string_val: Uint8Array[] } {
  if (Array.isArray(data)) return { string_val: data as Uint8Array[] };
  const view = data as Float32Array;
  return { tensor_content: new Uint8Array(view.buffer, view.byteOffset, view.byteLength) };
}
