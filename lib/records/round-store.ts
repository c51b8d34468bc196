import type { EstimatorRecord } from './estimator-record';

/** Where a run in rounds keeps its whole rounds, so that it can go on after the last of them. */
export interface RoundStore {
  /** Where it is, in messages. */
  readonly name: string;
  /** The record of a round, 1 the first; undefined where it is not there. */
  read(round: number): Promise<EstimatorRecord | undefined>;
  /** Keeps the record of a round as a whole, or not at all; what was kept for that round before is replaced. */
  write(round: number, record: EstimatorRecord): Promise<void>;
}
