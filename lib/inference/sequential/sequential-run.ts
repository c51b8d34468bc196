import type { Estimator } from '../../contract/estimator';
import { counted, described } from '../../core/description';
import type { MmdByChance } from '../../metrics/mmd-by-chance';
import type { Simulations } from '../../simulation/simulations';

/** How one round went. */
export interface RoundReport {
  /** Its number, 1 the first. */
  readonly round: number;
  /** Simulations that it added. */
  readonly simulations: number;
  /** Simulations left out, since they failed or gave NaN or infinite data. */
  readonly dropped: number;
  /** Seconds that it took. */
  readonly seconds: number;
  /**
   * How far the posterior moved from the round before: the squared MMD between 1,000 draws of each, and what it stays
   * below by chance in 19 of 20 cases. Missing in the first round.
   */
  readonly moved?: MmdByChance;
  /** What the method says of it, such as `effective`, the effective sample size of its weights. */
  readonly method: Readonly<Record<string, number>>;
}

/** A run in rounds. */
export interface SequentialRun<E extends Estimator = Estimator> {
  /** The estimator of the last whole round; trained for the observations of the run, and of little use for others. */
  readonly estimator: E;
  /** Its posterior given these observations. */
  readonly posterior: ReturnType<E['given']>;
  /** How each round went. */
  readonly rounds: readonly RoundReport[];
  /** The simulations of all rounds. */
  readonly simulations: Simulations;
  /** Why it ended: after all rounds, or since the posterior no longer moved; or where it was stopped. */
  readonly ended: 'all rounds' | 'still' | 'stopped';
  /** Frees the estimator, the posterior and the simulations. */
  dispose(): void;
}

/** A run that is printed as its rounds. */
export function describedRun<R extends SequentialRun>(run: R, method: string): R {
  const { rounds, ended } = run;
  const last = rounds[rounds.length - 1];
  const number = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en-US');
  const why = { 'all rounds': 'all of them', still: 'the posterior no longer moved', stopped: 'stopped there' }[ended];
  return described(run, () => ({
    title: `${method} in ${counted(rounds.length, 'round')}: ${why}`,
    facts: {
      simulations: rounds.map(({ simulations }) => simulations.toLocaleString('en-US')).join(', '),
      seconds: rounds.map(({ seconds }) => number(seconds)).join(', '),
      ...(last.moved && {
        moved:
          `squared MMD ${rounds.map(({ moved }) => (moved ? number(moved.squaredMmd) : '-')).join(', ')}; ` +
          `by chance up to ${number(last.moved.byChance)}`,
      }),
      ...Object.fromEntries(
        Object.keys(last.method).map((name) => [
          name,
          rounds.map(({ method }) => (name in method ? number(method[name]) : '-')).join(', '),
        ]),
      ),
      next: 'run.posterior.sample(1_000, { seed: 1 })',
    },
    variable: 'run',
    givenBy: 'inRounds',
  }));
}
