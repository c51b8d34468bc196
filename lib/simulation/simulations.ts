import * as tf from '@tensorflow/tfjs';
import { demand, objectOf } from '../core/checks';
import { counted, described } from '../core/description';
import { toTensor2D, type Rows } from '../core/rows';
import { lazyTensor, type LazyTensor } from './lazy-tensor';

/** Parameters and the data simulated from them, row by row. */
export interface Simulations {
  /** The parameters [N, D]. */
  readonly theta: tf.Tensor2D;
  /** The data [N, L]. */
  readonly x: tf.Tensor2D;
  /** Simulator calls made, dropped ones included: the cost. */
  readonly calls: number;
  /** Simulations left out because their call failed, or because they had NaN or infinite values. */
  readonly dropped: number;
  /**
   * Whether the parameters come from another law than the prior, on purpose: training then does not compare the two.
   */
  readonly proposed: boolean;
  /** Frees both tensors. */
  dispose(): void;
}

/** Simulations as flat arrays: [rows * D] and [rows * L]. */
export interface SimulationArrays {
  readonly theta: Float32Array;
  readonly x: Float32Array;
  readonly rows: number;
  readonly calls: number;
  readonly dropped: number;
}

/**
 * Simulations made elsewhere (read from a file, from another program) in the form that training takes; the tables are
 * copied, and the caller disposes the result.
 * @param theta parameters [N, D].
 * @param x data [N, L], one row for each of theta.
 * @param options `proposed`: whether theta comes from another law than the prior that it will be trained with, on
 * purpose, such as a proposal; training warns of it otherwise. Default false.
 * @throws InvalidInputError for tables of different lengths, ragged ones, NaN or infinity.
 * @example
 * const sims = simulationsFrom([[0.1], [0.7]], [[1, 2], [3, 4]]);
 * sims.x; // [[1, 2], [3, 4]]
 */
export function simulationsFrom(theta: Rows, x: Rows, options: { proposed?: boolean } = {}): Simulations {
  const { proposed = false } = objectOf('simulationsFrom: options', options);
  const parameters = toTensor2D(theta, 'simulationsFrom: theta');
  const made: tf.Tensor[] = [parameters];
  try {
    const data = toTensor2D(x, 'simulationsFrom: x');
    made.push(data);
    const [rows, given] = [parameters.shape[0], data.shape[0]];
    demand('simulationsFrom: x', given === rows, `${rows} rows, one for each row of theta`, `${given} rows`);
    const dispose = (): void => tf.dispose([parameters, data]);
    const dims = { rows, theta: parameters.shape[1], x: data.shape[1] };
    return describedSimulations({ theta: parameters, x: data, calls: rows, dropped: 0, proposed, dispose }, dims);
  } catch (error) {
    tf.dispose(made);
    throw error;
  }
}

/** Simulations over flat arrays; the tensors are made when they are first read. */
export function simulationsOf(arrays: SimulationArrays, proposed: boolean): Simulations {
  const { theta, x, rows, calls, dropped } = arrays;
  const table = (values: Float32Array): LazyTensor<tf.Tensor2D> =>
    lazyTensor(() => tf.tensor2d(values, [rows, values.length / rows]));
  const [parameters, data] = [table(theta), table(x)];
  const simulations: Simulations = {
    get theta() {
      return parameters.get();
    },
    get x() {
      return data.get();
    },
    calls,
    dropped,
    proposed,
    dispose: () => {
      parameters.dispose();
      data.dispose();
    },
  };
  return describedSimulations(simulations, { rows, theta: theta.length / rows, x: x.length / rows });
}

/** Sizes are told apart from the tensors, which printing must not make. */
function describedSimulations(
  simulations: Simulations,
  { rows, theta, x }: { rows: number; theta: number; x: number },
): Simulations {
  const { calls, dropped } = simulations;
  return described(simulations, () => ({
    title: `${counted(rows, 'simulation')}: ${counted(theta, 'parameter')}, ${counted(x, 'data value')}`,
    facts: {
      cost: counted(calls, 'simulator call') + (dropped > 0 ? `, ${counted(dropped, 'simulation')} dropped` : ''),
      next: 'npse.train(simulations, { prior, seed: 1 })',
    },
    variable: 'simulations',
    givenBy: 'simulate',
  }));
}
