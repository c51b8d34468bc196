import type { Rows } from '../../core/rows';
import type { Model } from '../../simulation/model';
import type { TrainingPairs } from '../check-pairs';
import { defaultSettings, type AbcPosterior } from './abc-posterior';
import { reject, type RejectionOptions } from './reject';
import { smc, type SmcOptions, type SmcPosterior } from './smc';

/**
 * Approximate Bayesian computation, the floor that learned posteriors are measured against:
 * `abc.reject(simulations, xObs, { prior })` and `abc.smc(model, xObs, { calls, seed })`.
 */
export const abc = {
  /**
   * Rejection ABC: the parameters of those simulations whose data are nearest to the observation.
   *
   * Draws are of p(theta | d(x, x_o) at most the tolerance), which tends to the posterior as the tolerance falls. By
   * default d is Euclidean, of values in units of their columns' median absolute deviations.
   *
   * @param simulations of parameters drawn from the prior; they stay the caller's.
   * @param xObs one observation [1, L].
   * @param options the prior, how many are accepted, and any of the settings of {@link abc.defaultSettings}.
   * @returns a posterior whose draws are the accepted parameters; without a density.
   * @throws InvalidInputError for simulations that do not fit each other or the prior, or of a proposal, for more than
   * one observation, and for a regression on more values than were accepted.
   * Source: Pritchard et al. (1999), "Population growth of human Y chromosomes"; Beaumont, Zhang and Balding (2002) for
   * the regression.
   * @example
   * const nearest = abc.reject(simulations, [[1, 2]], { prior, accept: 50, regression: 'linear' });
   * const samples = await nearest.sample(500, { seed: 1 }); // shape [500, 2]
   */
  reject: (simulations: TrainingPairs, xObs: Rows, options: RejectionOptions): AbcPosterior =>
    reject(simulations, xObs, options),
  /**
   * Sequential Monte Carlo ABC: populations of weighted particles whose tolerance falls.
   *
   * The first population is the nearest fifth of draws of the prior. Each next one is drawn from the one before by the
   * mixture of normal kernels of twice its covariance, in unconstrained coordinates, until there are enough particles
   * within a quantile of its distances, and their effective sample size is at least half of that number; their weights
   * are the prior's density over the mixture's. All calls are made, and no more: where they end within a population,
   * those before that are within its tolerance complete it.
   *
   * @param model the prior and the simulator, such as a task.
   * @param xObs one observation [1, L].
   * @param options calls and seed, and any of {@link SmcOptions}.
   * @returns the posterior of the last population; without a density.
   * @throws InvalidInputError, before work, for invalid options, or more than one observation.
   * @throws SimulationError and NonFiniteError as `simulate` does, and the latter where hardly any draw of the prior
   * gives finite data.
   * @throws InterruptedError on interrupt; `partial` is the posterior of the last whole population.
   * Source: Toni et al. (2009), "Approximate Bayesian computation scheme for parameter inference and model selection";
   * Beaumont et al. (2009), "Adaptive approximate Bayesian computation".
   * @example
   * const posterior = await abc.smc(task, [[1, 2]], { calls: 2_000, seed: 1 });
   * const samples = await posterior.sample(500, { seed: 2 }); // shape [500, 2]
   */
  smc: (model: Model, xObs: Rows, options: SmcOptions): Promise<SmcPosterior> => smc(model, xObs, options),
  /** What both do without settings. */
  defaultSettings,
};
