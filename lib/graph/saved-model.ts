import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as protobuf from 'protobufjs';

/**
 * TensorFlow's messages as far as a graph without functions and variables needs them; field numbers are TensorFlow's.
 */
const schema = `
syntax = "proto3";
message Dim { int64 size = 1; }
message Shape { repeated Dim dim = 2; }
message TensorProto {
  int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; repeated bytes string_val = 8;
}
message ListValue {
  repeated bytes s = 2; repeated int64 i = 3; repeated float f = 4; repeated bool b = 5;
  repeated int32 type = 6; repeated Shape shape = 7;
}
message AttrValue {
  oneof value {
    ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5;
    int32 type = 6; Shape shape = 7; TensorProto tensor = 8;
  }
}
message NodeDef {
  string name = 1; string op = 2; repeated string input = 3; string device = 4; map<string, AttrValue> attr = 5;
}
message Versions { int32 producer = 1; int32 min_consumer = 2; }
message GraphDef { repeated NodeDef node = 1; Versions versions = 4; }
message TensorInfo { string name = 1; int32 dtype = 2; Shape tensor_shape = 3; }
message SignatureDef {
  map<string, TensorInfo> inputs = 1; map<string, TensorInfo> outputs = 2; string method_name = 3;
}
message MetaInfo { repeated string tags = 4; string tensorflow_version = 5; }
message MetaGraph { MetaInfo meta_info_def = 1; GraphDef graph_def = 2; map<string, SignatureDef> signature_def = 5; }
message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraph meta_graphs = 2; }
`;
const SavedModel = protobuf.parse(schema, { keepCase: true }).root.lookupType('SavedModel');

/** GraphDef version that every TensorFlow from 2.4 on reads. */
const producerVersion = 500;

/** TensorFlow's `TensorShapeProto`. */
export interface ShapeProto {
  dim: { size: number }[];
}

/** TensorFlow's `TensorProto`. */
export interface TensorProto {
  dtype: number;
  tensor_shape: ShapeProto;
  tensor_content?: Uint8Array;
  string_val?: Uint8Array[];
}

/** TensorFlow's `AttrValue`: exactly one of the fields is set. */
export interface AttrValue {
  list?: { s?: Uint8Array[]; i?: number[]; f?: number[]; b?: boolean[]; type?: number[]; shape?: ShapeProto[] };
  s?: Uint8Array;
  i?: number;
  f?: number;
  b?: boolean;
  type?: number;
  shape?: ShapeProto;
  tensor?: TensorProto;
}

/** TensorFlow's `NodeDef`: an op, its inputs as `node:output`, and its attributes. */
export interface NodeDef {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, AttrValue>;
}

/** A named end of a graph. */
export interface TensorInfo {
  name: string;
  dtype: number;
  tensor_shape: ShapeProto;
}

/** The named inputs and outputs of a graph. */
export interface GraphEnds {
  inputs: Record<string, TensorInfo>;
  outputs: Record<string, TensorInfo>;
}

/** A shape as TensorFlow's message. */
export function shapeProto(shape: readonly number[]): ShapeProto {
  return { dim: shape.map((size) => ({ size })) };
}

/**
 * Calls `load` on a temporary folder that holds the graph as a SavedModel, and deletes the folder however that ends.
 */
export function withSavedModel<T>(nodes: NodeDef[], ends: GraphEnds, load: (folder: string) => T): T {
  const bytes = SavedModel.encode({
    saved_model_schema_version: 1,
    meta_graphs: [
      {
        meta_info_def: { tags: ['serve'], tensorflow_version: '2' },
        graph_def: { node: nodes, versions: { producer: producerVersion, min_consumer: 0 } },
        signature_def: { serving_default: { ...ends, method_name: 'predict' } },
      },
    ],
  }).finish();
  const folder = mkdtempSync(join(tmpdir(), 'scorebook-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), bytes);
    return load(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
