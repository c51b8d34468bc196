/** The built-in tasks: a prior, a simulator and, where it is known, the exact posterior. */
export * as benchmark from './benchmark/index';
export { gaussian10d, gaussianLinear, type GaussianPosterior, type GaussianTask } from './gaussian-linear';
export {
  linearMixture,
  mixture10d,
  multimodal2d,
  type LinearMixtureTask,
  type MixturePosterior,
} from './linear-mixture';
export type { LikelihoodComponent } from './linear-gaussian-likelihood';
export type { ExactPosterior } from './exact-posterior';
export { unnormalisedPosterior } from './unnormalised-posterior';
