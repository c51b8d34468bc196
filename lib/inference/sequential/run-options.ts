import { demand, objectOf, requireCount, requireFunction, requireNumber } from '../../core/checks';
import type { LongWorkOptions } from '../../core/host';
import { toTensor2D, type Rows } from '../../core/rows';
import type { RoundStore } from '../../records/round-store';
import type { InvalidCallOptions } from '../../simulation/invalid-calls';
import { checkedModel, type Model } from '../../simulation/model';
import { priorProbe } from '../prior-probe';
import type { RunIdentity } from './run-identity';
import type { SequentialMethod } from './sequential-method';

/** Options of `inRounds`. */
export interface InRoundsOptions extends LongWorkOptions, InvalidCallOptions {
  /** Rounds at most. */
  rounds: number;
  /** Simulator calls of all rounds together, in equal parts; what is left over goes to the first rounds. */
  calls: number;
  /** Seed of everything random in the run. */
  seed: number;
  /**
   * End the run when the posterior no longer moves: when the squared MMD between 1,000 draws of it and of that of the
   * round before is no larger than by chance (its 95 % quantile for two samples of one law). Default true.
   */
  stopWhenStill?: boolean;
  /** Keeps each whole round, such as `roundsFolder('results/my-run')`: the same call goes on after the last of them. */
  keep?: RoundStore;
}

/** The fewest calls of a round: what training holds out and trains on. */
const fewestCalls = 10;

/** What a run is to do, checked. */
export interface RunPlan {
  readonly xObs: number[][];
  /** Calls of each round. */
  readonly calls: readonly number[];
  readonly identity: RunIdentity;
}

/**
 * The plan of a run.
 * @throws InvalidInputError for a model, observations, a method or options that are none, and for what the method is
 * not for.
 */
export function runPlan(model: Model, xObs: Rows, method: SequentialMethod, options: InRoundsOptions): RunPlan {
  const { prior } = checkedModel('inRounds', model);
  const observed = toTensor2D(xObs, 'inRounds: xObs');
  const rows = observed.arraySync();
  observed.dispose();
  const { spec, train } = objectOf('inRounds: method', method, 'a method, such as sequential.snpeC()');
  requireFunction('inRounds: method', train, 'a method, such as sequential.snpeC()');
  const {
    rounds,
    calls,
    seed,
    stopWhenStill = true,
    invalid = 'refuse',
    mostInvalid,
    keep,
  } = objectOf('inRounds: options', options, '{ rounds, calls, seed }');
  requireCount('inRounds: rounds', rounds);
  const most = 'That is of all rounds together.';
  requireCount('inRounds: calls', calls, fewestCalls * rounds, most);
  requireNumber('inRounds: seed', seed, 'a finite number');
  demand('inRounds: stopWhenStill', typeof stopWhenStill === 'boolean', 'true or false', stopWhenStill);
  if (keep !== undefined) {
    const store = objectOf('inRounds: keep', keep, "a store, such as roundsFolder('results/my-run')");
    requireFunction('inRounds: keep.read', store.read);
    requireFunction('inRounds: keep.write', store.write);
  }
  method.check?.(prior, rows);
  const share = Math.floor(calls / rounds);
  const identity = {
    method: spec,
    xObs: rows,
    rounds,
    calls,
    seed,
    prior: priorProbe(prior),
    stopWhenStill,
    invalid: [invalid, mostInvalid ?? null],
  };
  return {
    xObs: rows,
    calls: Array.from({ length: rounds }, (_, r) => share + (r < calls - share * rounds ? 1 : 0)),
    identity,
  };
}
