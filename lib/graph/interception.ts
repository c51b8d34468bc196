import * as tf from '@tensorflow/tfjs';
import { GraphError } from './graph-error';
import type { NodeBackend, OpAttribute } from './node-backend';

/** What a recording needs to know about the tfjs code that runs. */
export interface Listener {
  /** An op ran. */
  onOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: readonly tf.Tensor[],
  ): void;
  /** Whether the values behind a `dataId` may not be read. */
  refusesRead(dataId: object): boolean;
}

/** Names of tfjs functions that draw random numbers in JavaScript, or from a hidden state. */
const hiddenDraws =
  /^(random(Normal|Uniform|UniformInt|StandardNormal|Gamma)|truncatedNormal|rand|multinomial|dropout)__op$/;

/** Kernels of tfjs-node that read their inputs only to check them. */
const readingKernels = new Set(['GatherV2']);

/** Runs `body` with tfjs reporting to `listener`; however it ends, tfjs is then as before. */
export function intercept<T>(backend: NodeBackend, listener: Listener, body: () => T): T {
  const engine = tf.engine();
  const { executeSingleOutput, executeMultipleOutputs, read, readSync } = backend;
  const { startScope, runKernel, keep } = engine;
  const { assign } = tf.Variable.prototype;
  const kept: tf.Tensor[] = [];
  const { id: firstId } = tf.tidy(() => ({ id: tf.scalar(0).id }));
  let kernelReads = false;
  let refused: GraphError | undefined;
  const refuses = (dataId: object): boolean => !kernelReads && listener.refusesRead(dataId);

  const hooks: Partial<NodeBackend> = {
    executeSingleOutput(name, attributes, inputs) {
      const output = executeSingleOutput.call(backend, name, attributes, inputs);
      listener.onOp(name, attributes, inputs, [output]);
      return output;
    },
    executeMultipleOutputs(name, attributes, inputs, count) {
      const outputs = executeMultipleOutputs.call(backend, name, attributes, inputs, count);
      listener.onOp(name, attributes, inputs, outputs);
      return outputs;
    },
    readSync(dataId) {
      if (refuses(dataId)) throw readError();
      return readSync.call(backend, dataId);
    },
    read(dataId) {
      if (!refuses(dataId)) return read.call(backend, dataId);
      // A rejection could go unheard and end the process: the promise stays open, and the error comes when `body` has
      // returned.
      refused = readError();
      return new Promise(() => undefined);
    },
  };
  Object.assign(backend, hooks);
  engine.startScope = (name) => {
    if (name && hiddenDraws.test(name)) throw drawError(name.replace('__op', ''));
    startScope.call(engine, name);
  };
  engine.runKernel = ((name, inputs, attributes) => {
    const before = kernelReads;
    kernelReads = readingKernels.has(name);
    try {
      return runKernel.call(engine, name, inputs, attributes);
    } finally {
      kernelReads = before;
    }
  }) as typeof runKernel;
  engine.keep = (tensor) => {
    if (tensor.id > firstId) kept.push(tensor);
    return keep.call(engine, tensor) as typeof tensor;
  };
  tf.Variable.prototype.assign = () => {
    throw new GraphError(
      'A tf.Variable was assigned to while a function was being compiled: the graph would not repeat that. ' +
        'Pass its value as an argument, return the new one, and assign it outside.',
    );
  };
  try {
    const result = body();
    if (refused) throw refused;
    return result;
  } catch (error) {
    // A gradient that fails leaves the tensors that it kept for its backward pass.
    for (const tensor of kept) tensor.dispose();
    throw refused ?? error;
  } finally {
    for (const name of Object.keys(hooks)) delete (backend as unknown as Record<string, unknown>)[name];
    for (const name of ['startScope', 'runKernel', 'keep'] as const) delete (engine as Partial<typeof engine>)[name];
    tf.Variable.prototype.assign = assign;
  }
}

function readError(): GraphError {
  return new GraphError(
    'The values of a traced tensor were read while a function was being compiled; ' +
      'they exist only when the graph runs. ' +
      'Return the tensor from the compiled function and read it there, or use tf.where and whileLoop for decisions.',
  );
}

function drawError(name: string): GraphError {
  return new GraphError(
    `tf.${name} was called while a function was being compiled: its draw would be frozen into the graph. ` +
      'Use randomNormal(key, shape), randomUniform(key, shape) or randomInteger(key, shape, low, high) of scorebook.',
  );
}
