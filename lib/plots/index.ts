/** Figures as Vega-Lite specifications. */
export { calibrationPlot, type CalibrationPlotOptions } from './calibration-plot';
export { curvePlot, type CurveFacet, type CurvePlotOptions } from './curve-plot';
export { lossPlot, type LossPlotOptions } from './loss-plot';
export { marginalPlot, type MarginalPlotOptions } from './marginal-plot';
export { pairPlot, type PairPlotOptions } from './pair-plot';
export { samplePanels, type SamplePanelsOptions } from './sample-panels';
export type { PlaneLogDensity } from './shaded-regions';
export { figureConfig, ink } from './theme';
