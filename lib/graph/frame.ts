import type * as tf from '@tensorflow/tfjs';
import { tensorflowType } from './node-backend';
import type { AttrValue } from './saved-model';

/** Where nodes live: the top of the graph, or the condition or body of a loop, nested in what surrounds the loop. */
export interface Frame {
  /** TensorFlow's name of the loop; condition and body share it. */
  readonly name: string;
  readonly depth: number;
  readonly parent?: Frame;
  /** Values from outside that already have their `Enter` node here. */
  readonly entered: Map<string, Value>;
  /** The node that says whether this round takes place; set for a body. */
  readonly test?: string;
}

/** One output of a node. */
export interface Value {
  /** `node` or `node:output`, as TensorFlow names it. */
  readonly name: string;
  readonly frame: Frame;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** The attribute `T` of an op on `value`. */
export function typeOf({ dtype }: Value): { T: AttrValue } {
  return { T: { type: tensorflowType[dtype] } };
}
