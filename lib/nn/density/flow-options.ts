import type { Activation } from '../../graph/dense';

/** Size of a flow of several transforms, each with an MLP of its own. */
export interface FlowOptions {
  /** Transforms, one after the other. Default 5. */
  transforms?: number;
  /** Units of each hidden layer. Default 50. */
  width?: number;
  /** Hidden layers of each MLP. Default 2. */
  hidden?: number;
  /** Default `silu`. */
  activation?: Activation;
}
