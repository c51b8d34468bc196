/** Whether posteriors can be trusted: on average over the prior, given one observation, and the model itself. */
export {
  calibratedIntervals,
  type CalibratedIntervalOptions,
  type CalibratedIntervals,
  type CredibleInterval,
} from './calibrated-intervals';
export { check, type CheckFinding, type CheckOptions, type CheckRow } from './check';
export { composition, type ComposedParameter, type CompositionFinding, type CompositionOptions } from './composition';
export { drawPairs, type DrawPairsOptions } from './draw-pairs';
export { pairsFrom, type DrawnPairs } from './drawn-pairs';
export { expectedCoverage, type CoverageCurve, type CoverageFinding, type CoverageOptions } from './expected-coverage';
export type { Finding, FindingPlotOptions, PlottedFinding } from './finding';
export { localC2st, type LocalC2stFinding, type LocalC2stOptions } from './local-c2st';
export {
  misspecification,
  type MisspecificationFinding,
  type MisspecificationOptions,
  type Strangeness,
} from './misspecification';
export { PosteriorError } from './posterior-error';
export {
  posteriorPredictive,
  type PredictedStatistic,
  type PredictiveFinding,
  type PredictiveOptions,
} from './posterior-predictive';
export type { PosteriorSource } from './posterior-source';
export type { Ranks } from './ranks';
export { recovery, type ParameterRecovery, type RecoveryFinding, type RecoveryOptions } from './recovery';
export type { RecoveryPlotOptions } from './recovery-plot';
export { sbc, type QuantityRanks, type RankFault, type SbcFinding, type SbcOptions, type TestQuantity } from './sbc';
export type { SbcPlotOptions } from './sbc-plot';
export { tarp, type TarpFinding, type TarpOptions } from './tarp';
