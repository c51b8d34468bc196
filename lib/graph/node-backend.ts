import * as tf from '@tensorflow/tfjs';

/**
 * One attribute of a TensorFlow op as the tfjs-node binding takes it: `type` is one of the binding's `TF_ATTR_*`
 * numbers.
 */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The part of the tfjs-node backend that the engine builds on. */
export interface NodeBackend {
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: OpAttribute[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  read(dataId: object): Promise<tf.backend_util.BackendValues>;
  readSync(dataId: object): tf.backend_util.BackendValues;
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(id: number, inputs: tf.TensorInfo[], names: { name: string }[], outputs: string[]): tf.Tensor[];
  deleteSavedModel(id: number): void;
  readonly binding: Readonly<Record<string, number>>;
}

/** The tfjs-node backend if it is the active one; otherwise nothing, and everything runs eagerly. */
export function nodeBackend(): NodeBackend | undefined {
  if (tf.getBackend() !== 'tensorflow') return undefined;
  const backend = tf.backend() as unknown as Partial<NodeBackend>;
  return backend.executeSingleOutput && backend.binding ? (backend as NodeBackend) : undefined;
}

/** TensorFlow's numbers for tfjs's dtypes (types.proto). */
export const tensorflowType: Readonly<Record<string, number>> = {
  float32: 1,
  int32: 3,
  string: 7,
  complex64: 8,
  bool: 10,
};

/** A type attribute, such as `T`. */
export function typeAttribute(backend: NodeBackend, name: string, dtype: tf.DataType): OpAttribute {
  return { name, type: backend.binding.TF_ATTR_TYPE, value: tensorflowType[dtype] };
}

/** A Boolean attribute, such as `transpose_a`. */
export function boolAttribute(backend: NodeBackend, name: string, value: boolean): OpAttribute {
  return { name, type: backend.binding.TF_ATTR_BOOL, value };
}

/** A copy with a `dataId` of its own (tfjs's `clone` shares it). */
export function freshCopy(backend: NodeBackend, tensor: tf.Tensor): tf.Tensor {
  return backend.executeSingleOutput('Identity', [typeAttribute(backend, 'T', tensor.dtype)], [tensor]);
}
