import type { TopLevelSpec } from 'vega-lite';

/** A figure as data: any top-level Vega-Lite v5 specification. */
export type VegaLiteSpec = TopLevelSpec;
