/** Classifiers that learn ratios: values for the option `classifier`. */
export type { ClassifierDefinition, ClassifierSpec, RatioNetwork } from './ratio-network';
export { residual, type ResidualOptions } from './residual';
