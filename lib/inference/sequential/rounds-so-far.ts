import type { Estimator } from '../../contract/estimator';
import type { EstimatorRecord } from '../../records/estimator-record';
import { joinSimulations } from '../../simulation/join-simulations';
import type { Simulations } from '../../simulation/simulations';
import type { WholeRound } from './kept-rounds';
import type { RoundReport, SequentialRun } from './sequential-run';

/** The whole rounds of a run: what the next one begins with. Tensors are those of the simulations and one estimator. */
export class RoundsSoFarState<E extends Estimator> {
  readonly reports: RoundReport[] = [];
  /** The estimators of all rounds, as plain numbers. */
  readonly records: EstimatorRecord[] = [];
  /** The simulations of all rounds. */
  simulations?: Simulations;
  /** The estimator of the last round. */
  estimator?: E;
  /** Draws of its posterior. */
  draws?: number[][];
  /** Whether the posterior did not move in the last round. */
  isStill = false;

  /** The simulations of all rounds and of one more, which the caller disposes. */
  joined(more: Simulations): Simulations {
    return this.simulations ? joinSimulations(this.simulations, more) : joinSimulations(more);
  }

  /** Takes a whole round, and what it knows more than its record, which it owns from here on. */
  add({ report, estimator: record, isStill }: WholeRound, all: Simulations, estimator?: E, draws?: number[][]): void {
    this.simulations?.dispose();
    this.estimator?.dispose();
    this.reports.push(report);
    this.records.push(record);
    Object.assign(this, { simulations: all, estimator, draws, isStill });
  }

  /** The run that these rounds are; undefined before the first. It owns what is here. */
  run(xObs: number[][], ended: SequentialRun<E>['ended']): SequentialRun<E> | undefined {
    const { estimator, simulations, reports } = this;
    if (!estimator || !simulations) return undefined;
    const posterior = estimator.given(xObs) as ReturnType<E['given']>;
    return {
      estimator,
      posterior,
      rounds: reports,
      simulations,
      ended,
      dispose: () => {
        posterior.dispose();
        estimator.dispose();
        simulations.dispose();
      },
    };
  }
}
