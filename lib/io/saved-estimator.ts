import { objectOf, requireFunction } from '../core/checks';
import type { EstimatorRecord } from '../records/estimator-record';
import { readRecord, writeRecord } from './record-folder';

/**
 * Writes a trained estimator to a folder, whole or not at all; an older one there is replaced.
 *
 * If the process dies meanwhile, {@link readEstimator} still finds the older one.
 * @param estimator what `npse.train` returned.
 * @param folder path of a folder that is new, empty, or holds a saved estimator and nothing else.
 * @throws InvalidInputError for any other folder, for the working folder, and for a file.
 * @example
 * await saveEstimator(estimator, 'results/my-model');
 * const again = npse.restore(await readEstimator('results/my-model'), { prior });
 */
export async function saveEstimator(estimator: { record(): EstimatorRecord }, folder: string): Promise<void> {
  const { record } = objectOf('saveEstimator: estimator', estimator, 'a trained estimator');
  requireFunction('saveEstimator: estimator', record, 'a trained estimator, with a function record');
  await writeRecord(folder, estimator.record(), { what: 'saveEstimator: folder', holds: 'a saved estimator' });
}

/**
 * Reads what {@link saveEstimator} wrote.
 * @returns the record, for `npse.restore(record, { prior })`.
 * @throws InvalidInputError for a folder without a complete estimator.
 * @example
 * await saveEstimator(estimator, 'my-model');
 * const again = npse.restore(await readEstimator('my-model'), { prior });
 */
export function readEstimator(folder: string): Promise<EstimatorRecord> {
  return readRecord(folder, 'readEstimator');
}
