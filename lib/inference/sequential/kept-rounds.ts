import type { EstimatorRecord, NamedArray } from '../../records/estimator-record';
import type { RoundStore } from '../../records/round-store';
import { simulationsOf, type Simulations } from '../../simulation/simulations';
import type { RunIdentity } from './run-identity';
import type { RoundReport } from './sequential-run';

/** One whole round as plain data. */
export interface WholeRound {
  readonly run: RunIdentity;
  readonly report: RoundReport;
  /** Its estimator. */
  readonly estimator: EstimatorRecord;
  /** Its own simulations, which are disposed by who asked. */
  readonly simulations: Simulations;
  /** Whether one more round was to be the last. */
  readonly isStill: boolean;
}

const group = 'simulations/';

/** The record of a round: that of its estimator, with the simulations beside the weights. */
export function roundRecord({ run, report, estimator, simulations, isStill }: WholeRound): EstimatorRecord {
  const { theta, x, calls, dropped } = simulations;
  const arrays = Object.entries({ theta, x }).map(([name, tensor]): NamedArray => ({
    name: group + name,
    shape: tensor.shape,
    values: tensor.dataSync() as Float32Array,
  }));
  return {
    config: { ...estimator.config, round: { run, report, calls, dropped, isStill } },
    arrays: [...estimator.arrays, ...arrays],
  };
}

/** The round of a record. */
export function roundOf({ config, arrays }: EstimatorRecord): WholeRound {
  const { round, ...own } = config;
  const { run, report, calls, dropped, isStill } = round as Pick<WholeRound, 'run' | 'report' | 'isStill'> & {
    calls: number;
    dropped: number;
  };
  const isOurs = ({ name }: NamedArray): boolean => name.startsWith(group);
  const table = (name: string): NamedArray => arrays.find((array) => array.name === group + name)!;
  const [theta, x] = [table('theta'), table('x')];
  const values = { theta: theta.values, x: x.values, rows: theta.shape[0], calls, dropped };
  return {
    run,
    report,
    isStill,
    estimator: { config: own, arrays: arrays.filter((array) => !isOurs(array)) },
    simulations: simulationsOf(values, report.round > 1),
  };
}

/** The whole rounds of a store, the first ones without a gap. */
export async function keptRounds(store: RoundStore): Promise<WholeRound[]> {
  const rounds: WholeRound[] = [];
  for (;;) {
    const record = await store.read(rounds.length + 1);
    if (!record) return rounds;
    rounds.push(roundOf(record));
  }
}
