import { logNormal } from '../../distributions/log-normal';
import type { ScoredPrior } from '../../distributions/prior';
import { librarySimulator } from '../../simulation/simulator';
import { describedTask } from '../described-task';
import type { Task } from '../task';
import { lotkaVolterra as simulateSpecies, sir as simulateEpidemic } from './ode-simulators';

/** A benchmark task whose simulator solves a differential equation. */
export interface OdeTask extends Task {
  /** The log-normal prior. */
  readonly prior: ScoredPrior;
  /** L, the number of values of one observation. */
  readonly dataDim: number;
}

/**
 * The benchmark task `sir`: an epidemic S' = -beta S I / N, I' = beta S I / N - gamma I among N = 10^6 people of whom
 * one is infected at first, seen through x_k ~ Binomial(1000, I(17 k) / N), k = 0, ..., 9.
 *
 * theta = (beta, gamma), log-normal with medians .4 and .125 and standard deviations .5 and .2 of the logarithm. Where
 * no solution is found, the row is NaN: `simulate` refuses it, or drops it if asked.
 *
 * Source: Lueckmann et al. (2021), appendix T.9. The equation is solved to 1e-8, tighter than the benchmark's solver.
 * @example
 * const { xObs } = drawObservations(tasks.benchmark.sir(), 1, 1); // one row of ten counts
 */
export function sir(): OdeTask {
  return describedTask({
    name: 'sir',
    prior: logNormal({ mean: [Math.log(0.4), Math.log(0.125)], std: [0.5, 0.2] }),
    dataDim: 10,
    simulator: librarySimulator(simulateEpidemic, 'tasks/benchmark/ode-simulators', 'sir'),
  });
}

/**
 * The benchmark task `lotka_volterra`: prey X' = alpha X - beta X Y and predators Y' = -gamma Y + delta X Y from
 * X = 30, Y = 1, seen at the times 0, 2.1, ..., 18.9 with log-normal noise of standard deviation .1: ten values of
 * prey, then ten of predators.
 *
 * theta = (alpha, beta, gamma, delta), log-normal with log-means -.125, -3, -.125, -3 and standard deviations .5. Where
 * no solution is found, the row is NaN: `simulate` refuses it, or drops it if asked.
 *
 * Source: Lueckmann et al. (2021), appendix T.10. The equation is solved in the logarithms, to 1e-8, so populations
 * near extinction stay exact where the benchmark's solver errs by its tolerance.
 * @example
 * const { xObs } = drawObservations(tasks.benchmark.lotkaVolterra(), 1, 1); // one row of twenty values
 */
export function lotkaVolterra(): OdeTask {
  return describedTask({
    name: 'lotka_volterra',
    prior: logNormal({ mean: [-0.125, -3, -0.125, -3], std: 0.5 }),
    dataDim: 20,
    simulator: librarySimulator(simulateSpecies, 'tasks/benchmark/ode-simulators', 'lotkaVolterra'),
  });
}
