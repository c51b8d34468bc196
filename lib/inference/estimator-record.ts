import * as tf from '@tensorflow/tfjs';
import { demand, listOf, objectOf } from '../core/checks';
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

/** Which records a method takes. */
export interface KnownRecords {
  /** The method's kind. */
  readonly kind: string;
  /** The versions that it can read, the newest last. */
  readonly versions: readonly number[];
  /** How the message names what is wanted, such as `an NPSE estimator`. */
  readonly expected: string;
}

/**
 * Refuses the record of an estimator of another kind.
 * @throws InvalidInputError for another kind or version.
 */
export function checkRecord(record: EstimatorRecord, { kind, versions, expected }: KnownRecords): void {
  const { config, arrays } = objectOf('estimator record', record, `the record of ${expected}, as readEstimator gives`);
  objectOf('estimator record: config', config, `that of ${expected}`);
  listOf('estimator record: arrays', arrays, 'an array of named arrays');
  demand(
    'estimator record',
    config.kind === kind && versions.includes(config.version as number),
    `${expected} of version ${versions.join(' or ')}`,
    `${config.kind} of version ${config.version}`,
  );
}
