import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { demand } from '../core/checks';
import type { RoundStore } from '../records/round-store';
import { wholeFolder } from './atomic-folder';
import { readRecord, writeRecord } from './record-folder';

/**
 * A folder that keeps the rounds of `inRounds`, for its option `keep`: a run that was stopped, or whose process died,
 * goes on after the last whole round when the same call is made again.
 *
 * Each round is a folder in it, `round-01`, `round-02`, ..., written whole or not at all: its estimator, as
 * {@link readEstimator} reads it, with the simulations of the round.
 * @param folder path; it is made with the first round.
 * @throws InvalidInputError for what is no path.
 * @example
 * const keep = roundsFolder('results/my-run');
 * keep.name; // 'results/my-run'
 */
export function roundsFolder(folder: string): RoundStore {
  demand('roundsFolder', typeof folder === 'string' && folder !== '', 'the path of a folder', folder);
  const placeOf = (round: number): string => join(folder, `round-${String(round).padStart(2, '0')}`);
  return {
    name: folder,
    read: async (round) => {
      const isThere = await stat(await wholeFolder(placeOf(round))).then(
        () => true,
        () => false,
      );
      return isThere ? readRecord(placeOf(round), `roundsFolder: round ${round}`) : undefined;
    },
    write: (round, record) =>
      writeRecord(placeOf(round), record, { what: `roundsFolder: round ${round}`, holds: 'a round' }),
  };
}
