import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import type { EstimatorRecord, NamedArray } from '../records/estimator-record';

/** Groups of tensors as named arrays of numbers, `group/0`, `group/1`, ... */
export function arraysOf(groups: Readonly<Record<string, readonly tf.Tensor[]>>): NamedArray[] {
  return Object.entries(groups).flatMap(([group, tensors]) =>
    tensors.map((tensor, i) => ({
      name: `${group}/${i}`,
      shape: tensor.shape,
      values: tensor.dataSync() as Float32Array,
    })),
  );
}

/** The tensors of one group of a record's arrays; the caller disposes them. */
export function tensorsOf(record: EstimatorRecord, group: string): tf.Tensor[] {
  return record.arrays
    .filter((array) => array.name.startsWith(`${group}/`))
    .map(({ values, shape }) => tf.tensor(values, [...shape], 'float32'));
}

/**
 * Refuses the record of an estimator of another kind.
 * @param expected how the message names what is wanted, such as `an NPSE estimator`.
 * @throws InvalidInputError for another kind or version.
 */
export function checkRecord({ config }: EstimatorRecord, kind: string, version: number, expected: string): void {
  if (config.kind !== kind || config.version !== version) {
    throw new InvalidInputError('estimator record', {
      expected: `${expected} of version ${version}`,
      received: `${config.kind} of version ${config.version}`,
    });
  }
}
