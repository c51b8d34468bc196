/** Conditional densities that methods learn: values for the option `density`. */
export type { ConditionalDensity, ConditionalTransform } from './conditional-density';
export type { DensityDefinition, DensityShape, DensitySpec } from './density-definition';
export type { FlowOptions } from './flow-options';
export { maskedAutoregressive } from './masked-autoregressive';
export { isMixture, mixture } from './mixture';
export type { MixtureComponents, MixtureDefinition, MixtureDensity, MixtureOptions } from './mixture';
export { realNvp, type RealNvpOptions } from './real-nvp';
export { splineAutoregressive, splineCoupling, type SplineFlowOptions } from './spline-flows';
