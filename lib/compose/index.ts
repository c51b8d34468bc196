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
export { observationScores } from './observation-scores';
