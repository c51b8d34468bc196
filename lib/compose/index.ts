/** Scores of many observations as one: what a composition of one's own is made of. */
export {
  diffusedTarget,
  totalScore,
  type ComposedScore,
  type Composition,
  type CompositionNeeds,
  type ObservationScores,
  type PriorScores,
} from './composed-score';
export { damped, type DampedOptions } from './damped';
export { autoGauss, gauss, type AutoGaussOptions } from './gauss';
export { jac } from './jac';
export { miniBatch } from './mini-batch';
export { observationGaussians, type ObservationGaussians } from './observation-gaussians';
export { observationScores } from './observation-scores';
