/** Losses whose minimum is a likelihood ratio: values for `nre.train(simulations, { prior, seed, loss })`. */
export { bnre, type BnreOptions } from './bnre';
export { fixedReference, type FixedReferenceOptions } from './fixed-reference';
export { nreA } from './nre-a';
export { nreB, type NreBOptions } from './nre-b';
export { nreC, type NreCOptions } from './nre-c';
export type { RatioDenominator, RatioLoss, RatioLossSpec } from './ratio-loss';
