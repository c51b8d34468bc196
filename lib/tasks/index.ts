/** The built-in tasks: a prior, a simulator and, where it is known, the exact posterior. */
export { gaussian10d, gaussianLinear, type GaussianPosterior, type GaussianTask } from './gaussian-linear';
