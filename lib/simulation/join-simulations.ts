import * as tf from '@tensorflow/tfjs';
import { requireTensor } from '../core/rows';
import { demand, objectOf } from '../core/checks';
import type { Simulations } from './simulations';

/**
 * The rows of several simulations, one part after the other, such as those of all rounds so far; calls and dropped ones
 * add up. The tables are copied: the parts stay the caller's, who disposes the result as well.
 * @throws InvalidInputError without parts, and for parts of different widths.
 * @example
 * const [first, second] = [simulationsFrom([[0.1]], [[1, 2]]), simulationsFrom([[0.7]], [[3, 4]])];
 * joinSimulations(first, second).x; // [[1, 2], [3, 4]]
 */
export function joinSimulations(...parts: readonly Simulations[]): Simulations {
  demand('joinSimulations', parts.length > 0, 'at least one part', 'none');
  parts.forEach((part, i) => {
    objectOf(`joinSimulations: part ${i}`, part, 'simulations { theta, x }');
    requireTensor(`joinSimulations: theta of part ${i}`, part.theta, 'a tensor [N, D]');
    requireTensor(`joinSimulations: x of part ${i}`, part.x, 'a tensor [N, L]');
  });
  const widths = ({ theta, x }: Simulations): string => `theta of ${theta.shape[1]} columns and x of ${x.shape[1]}`;
  const expected = widths(parts[0]);
  const other = parts.findIndex((part) => widths(part) !== expected);
  demand(
    `joinSimulations: part ${other}`,
    other < 0,
    `${expected}, as in part 0`,
    other < 0 ? expected : widths(parts[other]),
  );
  const theta = tf.concat(
    parts.map((part) => part.theta),
    0,
  );
  const x = tf.concat(
    parts.map((part) => part.x),
    0,
  );
  const sum = (count: (part: Simulations) => number): number => parts.reduce((total, part) => total + count(part), 0);
  return {
    theta,
    x,
    calls: sum(({ calls }) => calls),
    dropped: sum(({ dropped }) => dropped),
    proposed: parts.some(({ proposed }) => proposed),
    dispose: () => tf.dispose([theta, x]),
  };
}
