/**
 * Simulations and draws from and to files. A danfojs table goes both ways through its values:
 * `simulationsFrom(df.loc({ columns: ['a', 'b'] }).values, df.loc({ columns: ['x'] }).values)`, and
 * `new DataFrame(samples.arraySync(), { columns: ['a', 'b'] })`.
 */
export { missingValues, type MissingValues, type MissingValuesOptions } from './missing-values';
export {
  readSamples,
  writeInferenceData,
  writeSamples,
  type InferenceDataOptions,
  type SampleNames,
} from './samples-file';
export {
  readSimulations,
  writeSimulations,
  type ReadSimulationsOptions,
  type WriteSimulationsOptions,
} from './simulations-file';
export type { SummaryOptions, SummaryRow } from './summary';
