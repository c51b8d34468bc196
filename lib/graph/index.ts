/** tfjs code as TensorFlow graphs: compiled functions, in-graph loops, keyed random draws, dense layers. */
export { compile, type Compiled } from './compile';
export { dense, type Activation } from './dense';
export { GraphError } from './graph-error';
export { loop, whileLoop } from './loop';
export { foldKey, randomInteger, randomKey, randomNormal, randomUniform, splitKey, type Key } from './random';
export type { Tensors } from './tensors';
