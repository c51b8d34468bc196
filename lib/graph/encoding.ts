import type * as tf from '@tensorflow/tfjs';
import { GraphError } from './graph-error';
import { tensorflowType, type NodeBackend, type OpAttribute } from './node-backend';
import { shapeProto, type AttrValue, type TensorProto } from './saved-model';

/** An op's attributes in the graph's form. */
export function attributeProtos(
  backend: NodeBackend,
  op: string,
  attributes: readonly OpAttribute[],
  inputs: readonly tf.TensorInfo[],
): Record<string, AttrValue> {
  const protos = Object.fromEntries(
    attributes.map((attribute) => [attribute.name, attributeProto(backend, attribute)]),
  );
  // The one op whose type tfjs-node leaves for TensorFlow to infer; a graph has to state it.
  return op === 'ExpandDims' ? { T: { type: tensorflowType[inputs[0].dtype] }, ...protos } : protos;
}

function attributeProto({ binding }: NodeBackend, { name, type, value }: OpAttribute): AttrValue {
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
      return list
        ? { list: { s: list.map((text) => Buffer.from(text as string)) } }
        : { s: Buffer.from(value as string) };
    case binding.TF_ATTR_SHAPE:
      return { shape: shapeProto(value as number[]) };
    default:
      throw new GraphError(`The attribute ${name} has a kind (${type}) that a compiled function can't hold.`);
  }
}

/** A tensor with its values. */
export function tensorProto({ shape, dtype }: tf.TensorInfo, values: tf.backend_util.BackendValues): TensorProto {
  return { dtype: tensorflowType[dtype], tensor_shape: shapeProto(shape), ...content(values) };
}

function content(values: tf.backend_util.BackendValues): Pick<TensorProto, 'tensor_content' | 'string_val'> {
  if (Array.isArray(values)) return { string_val: values as Uint8Array[] };
  const view = values as Float32Array;
  return { tensor_content: new Uint8Array(view.buffer, view.byteOffset, view.byteLength) };
}
