/** The simulators of both differential equations; this file runs in workers too, so it knows no tensors. */
import { OdeError, solveOde } from '../../maths/dormand-prince';
import type { Rng } from '../../core/rng';

/** The numbers of the epidemic: people, tests a day, days between the tests. */
export const epidemic = { people: 1e6, tests: 1000, interval: 17 } as const;

const tenTimes = (interval: number): number[] => Array.from({ length: 10 }, (_, k) => k * interval);

/**
 * The infected share of all people on ten days; unknowns are the healthy share and the logarithm of the infected share.
 * @throws OdeError where the equation is not solved.
 */
export function infectedShares([contact, recovery]: readonly number[]): number[] {
  const first = 1 / epidemic.people;
  return solveOde(
    // indices, not patterns: taking an array apart would be most of the work
    (_, y, derivative) => {
      derivative[0] = -contact * y[0] * Math.exp(y[1]);
      derivative[1] = contact * y[0] - recovery;
    },
    [1 - first, Math.log(first)],
    tenTimes(epidemic.interval),
  ).map((state) => Math.min(1, Math.exp(state[1])));
}

/** Positive tests on ten days; NaN where the equation is not solved. */
export function sir(theta: readonly number[], rng: Rng): number[] {
  return orNaN(10, () => infectedShares(theta).map((share) => binomial(epidemic.tests, share, rng)));
}

/**
 * The logarithms of prey and predators at ten times: ten of prey, then ten of predators.
 * @throws OdeError where the equation is not solved.
 */
export function logPopulations([birth, hunting, death, feeding]: readonly number[]): number[] {
  const states = solveOde(
    (_, y, derivative) => {
      derivative[0] = birth - hunting * Math.exp(y[1]);
      derivative[1] = feeding * Math.exp(y[0]) - death;
    },
    [Math.log(30), 0],
    tenTimes(2.1),
  );
  return [0, 1].flatMap((k) => states.map((state) => Math.min(Math.max(state[k], Math.log(1e-10)), Math.log(1e4))));
}

/** The logarithm's standard deviation around {@link logPopulations}. */
export const populationNoise = 0.1;

/** Prey and predators with noise; NaN where the equation is not solved. */
export function lotkaVolterra(theta: readonly number[], rng: Rng): number[] {
  return orNaN(20, () => logPopulations(theta).map((log) => Math.exp(rng.normal(log, populationNoise))));
}

function orNaN(length: number, solve: () => number[]): number[] {
  try {
    return solve();
  } catch (error) {
    if (error instanceof OdeError) return new Array<number>(length).fill(NaN);
    throw error;
  }
}

/** Successes in n trials: the gaps between the rarer outcomes are geometric. */
export function binomial(n: number, p: number, rng: Rng): number {
  if (p > 0.5) return n - binomial(n, 1 - p, rng);
  if (p <= 0) return 0;
  const logMiss = Math.log1p(-p);
  let count = -1;
  for (let trial = 0; trial <= n; count++) trial += Math.floor(Math.log(1 - rng.uniform()) / logMiss) + 1;
  return count;
}
