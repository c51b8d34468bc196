import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireFunction } from '../core/checks';
import { GraphError } from './graph-error';
import { nodeBackend, tensorflowType, type NodeBackend } from './node-backend';
import { currentRecording, Recording } from './recording';
import { shapeProto, withSavedModel, type GraphEnds } from './saved-model';
import { tapeIsOn } from './tape';
import { flatten, signature, unflatten, type Tensors } from './tensors';

/** A function that runs as one TensorFlow graph per form of its arguments. */
export interface Compiled<A extends Tensors[], R extends Tensors> {
  (...args: A): R;
  /** Number of graphs held now. */
  readonly graphs: number;
  /** Frees the graphs; a later call is an error. */
  dispose(): void;
}

/** Options of {@link compile}. */
export interface CompileOptions {
  /** The most graphs kept; the least recently used is freed first. Default 16. */
  cache?: number;
}

interface Graph {
  readonly backend: NodeBackend;
  readonly session: number;
  readonly inputs: { name: string }[];
  readonly outputs: string[];
  readonly like: Tensors;
}

/**
 * A function that computes what `fn` does, but runs as one TensorFlow graph.
 *
 * The first call for each combination of nesting, shapes and dtypes of the arguments records `fn` into a graph; later
 * calls run it. `fn` is synchronous and made of tfjs operations (gradients included), {@link loop},
 * {@link whileLoop} and the keyed random draws of this library. Tensors that `fn` takes from outside its arguments are
 * frozen into the graph as constants. Inside another recording or a gradient, and on backends other than tfjs-node's,
 * `fn` itself is called.
 *
 * @param fn function over tensors and arrays or records of tensors.
 * @returns the compiled function; its results belong to the caller (or to the `tf.tidy` around the call).
 * @throws GraphError when `fn` reads a traced tensor's values, draws from `tf.random*`, or has been disposed of.
 * @example
 * const square = compile((x: tf.Tensor) => tf.mul(x, x));
 * square(tf.tensor1d([1, 2, 3])); // [1, 4, 9]
 */
export function compile<A extends Tensors[], R extends Tensors>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  requireFunction('compile', fn, 'a function of tensors');
  objectOf('compile: options', options);
  const limit = options.cache ?? 16;
  if (!Number.isInteger(limit) || limit < 1)
    throw new GraphError(`compile: expected cache to be a whole number of at least 1, received ${limit}.`);
  const graphs = new Map<string, Graph>();
  let disposed = false;

  const call = (...args: A): R => {
    if (disposed) throw new GraphError('A compiled function was called after its dispose().');
    const backend = nodeBackend();
    if (!backend || currentRecording() || tapeIsOn()) return fn(...args);
    const key = signature(args, 'argument');
    const inputs = flatten(args, 'argument');
    const graph = graphs.get(key) ?? build(backend, fn, args);
    graphs.delete(key);
    graphs.set(key, graph);
    if (graphs.size > limit) free(graphs.keys().next().value!);
    return unflatten(graph.like as R, backend.runSavedModel(graph.session, inputs, graph.inputs, graph.outputs));
  };
  const free = (key: string): void => {
    const { backend, session } = graphs.get(key)!;
    graphs.delete(key);
    backend.deleteSavedModel(session);
  };
  const dispose = (): void => {
    [...graphs.keys()].forEach(free);
    disposed = true;
  };
  Object.defineProperties(call, { graphs: { get: () => graphs.size }, dispose: { value: dispose } });
  return call as Compiled<A, R>;
}

function build<A extends Tensors[], R extends Tensors>(backend: NodeBackend, fn: (...args: A) => R, args: A): Graph {
  const recording = new Recording(backend);
  const ends: GraphEnds = { inputs: {}, outputs: {} };
  const like = recording.run(() => {
    tf.engine().startScope('compile');
    try {
      const placeholders = flatten(args, 'argument').map((arg, i) => {
        const { shape, dtype } = arg;
        const name = recording.node(
          'Placeholder',
          [],
          { dtype: { type: tensorflowType[dtype] }, shape: { shape: shapeProto(shape) } },
          `argument${i}`,
        );
        const value = { name, frame: recording.root, shape, dtype };
        ends.inputs[name] = recording.end(name, value);
        return recording.tensorFor(value, arg);
      });
      const result = fn(...unflatten(args, placeholders));
      // What an async function does after its first await happens outside the recording, where a failure goes unheard.
      if ((result as unknown) instanceof Promise) (result as unknown as Promise<unknown>).catch(() => undefined);
      const results = flatten(result, 'result');
      demand('result', results.length > 0, 'at least one tensor', 'none');
      results.forEach((tensor, i) => {
        const value = recording.valueOf(tensor);
        const name = recording.node(
          'Identity',
          [value.name],
          { T: { type: tensorflowType[value.dtype] } },
          `result${i}`,
        );
        ends.outputs[name] = recording.end(name, value);
      });
      return result;
    } finally {
      tf.engine().endScope();
    }
  });
  const session = withSavedModel(recording.nodes, ends, (folder) => backend.loadSavedModelMetaGraph(folder, 'serve'));
  return {
    backend,
    session,
    inputs: Object.values(ends.inputs),
    outputs: Object.values(ends.outputs).map((end) => end.name),
    like,
  };
}
