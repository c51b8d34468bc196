import * as tf from '@tensorflow/tfjs';
import { demand, refuse } from './checks';

/** A table of numbers: a tensor [N, D], or an array of N rows of D numbers. */
export type Rows = tf.Tensor2D | readonly (readonly number[])[];

/**
 * `rows` as a new tensor [N, D] of finite numbers; the caller owns it.
 * @param what how the message names the table, such as `xObs`.
 * @param columns D, where it is known.
 * @throws InvalidInputError for no rows, ragged rows, another width, NaN or infinity.
 */
export function toTensor2D(rows: Rows, what: string, columns?: number): tf.Tensor2D {
  if (
    !(rows instanceof tf.Tensor) &&
    (!Array.isArray(rows) || !rows.every((row): boolean => Array.isArray(row) || ArrayBuffer.isView(row)))
  ) {
    refuse(
      what,
      `a table [rows, ${columns ?? 'columns'}]: a 2-D tensor or an array of arrays of numbers`,
      Array.isArray(rows) ? `an array of ${rows.length} ${typeof rows[0]}s` : typeof rows,
      'One row alone is written [[...]].',
    );
  }
  const shape = rows instanceof tf.Tensor ? rows.shape : [rows.length, rows[0]?.length ?? 0];
  demand(
    what,
    shape.length === 2 && shape[0] > 0 && (columns === undefined || shape[1] === columns),
    `at least one row of ${columns ?? 'equally many'} numbers`,
    `the shape [${shape.join(', ')}]`,
  );
  if (!(rows instanceof tf.Tensor)) {
    const ragged = rows.findIndex((row) => row.length !== shape[1]);
    if (ragged >= 0) refuse(what, `rows of ${shape[1]} numbers`, `${rows[ragged].length} numbers in row ${ragged}`);
  }
  const tensor =
    rows instanceof tf.Tensor
      ? rows.cast<tf.Tensor2D>('float32')
      : tf.tensor2d(
          (rows as readonly (readonly number[])[]).flatMap((row) => Array.from(row)),
          shape as [number, number],
          'float32',
        );
  const values = tensor.dataSync();
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    tensor.dispose();
    refuse(what, 'finite numbers', `${values[bad]} in row ${Math.floor(bad / shape[1])}, column ${bad % shape[1]}`);
  }
  return tensor as tf.Tensor2D;
}
