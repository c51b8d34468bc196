import type { Matrix } from '../maths/linalg';

/**
 * How the values of a column are taken before they are standardised: as they are, as logarithms, or as arsinh((v -
 * centre) / scale), which is linear near the centre and logarithmic far from it.
 */
export interface ColumnShape {
  /** For logarithms, the value that smaller ones count as; else 0. */
  readonly logarithmFrom: number;
  /** Where the arsinh is linear. */
  readonly centre: number;
  /** How far; 0 where it is not taken. */
  readonly scale: number;
}

const asItIs: ColumnShape = { logarithmFrom: 0, centre: 0, scale: 0 };

/** Rows that are looked at. */
const mostRows = 2000;
/** Log likelihood a row that an arsinh must gain. */
const leastGain = 0.5;
/**
 * Standard deviations, in those of a normal law with the same central two thirds, from which on a column's tails
 * decide its scale; Student's t has 1.4 with three degrees of freedom, a log-normal law of counts over three orders of
 * magnitude 3 and more.
 */
const heavyTails = 2.5;
const centres = [0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1];
const scales = [-3, -2, -1, 0, 1];

/**
 * The shape in which a column's values are nearest to normal, by the likelihood: logarithms of concentrations and
 * populations, the arsinh of counts over orders of magnitude and of heavy tails.
 *
 * With y = T(v) and normal y the log likelihood a row is, at its best and up to a constant, -log std(y) + mean log
 * T'(v).
 * Source: Box and Cox (1964), "An analysis of transformations", section 3; Johnson (1949) for the arsinh.
 */
export function columnShape(rows: Matrix, column: number): ColumnShape {
  const stride = Math.ceil(rows.length / mostRows);
  const values = rows.filter((_, i) => i % stride === 0).map((row) => row[column]);
  const logarithmFrom = logarithmOf(rows.map((row) => row[column]));
  const sorted = Float64Array.from(values).sort();
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const spread = (quantile(0.84) - quantile(0.16)) / 2;
  if (!(spread > 0 && std(values) > heavyTails * spread)) return { ...asItIs, logarithmFrom };
  const logs = values.map(Math.log);
  const plain = logarithmFrom > 0 ? logLikelihood(logs, -mean(logs)) : -Math.log(std(values));
  let best = { gain: leastGain, centre: 0, scale: 0 };
  for (const centre of new Set(centres.map(quantile))) {
    const distances = Float64Array.from(
      values.filter((value) => value !== centre),
      (value) => Math.abs(value - centre),
    );
    // an atom of the distribution would be most likely in a map that is nothing but steep there
    const typical = distances.sort()[distances.length >> 1];
    for (const power of scales) {
      const scale = typical * 2 ** power;
      const taken = values.map((value) => Math.asinh((value - centre) / scale));
      const slopes = mean(values.map((value) => -Math.log(Math.hypot(value - centre, scale))));
      const gain = logLikelihood(taken, slopes) - plain;
      if (gain > best.gain) best = { gain, centre, scale };
    }
  }
  return best.scale > 0 ? { logarithmFrom: 0, centre: best.centre, scale: best.scale } : { ...asItIs, logarithmFrom };
}

/** A thousandth of the least value of a column whose logarithm is nearer to normal than itself; 0 for others. */
function logarithmOf(values: readonly number[]): number {
  const least = values.reduce((a, b) => Math.min(a, b));
  if (!(least > 0)) return 0;
  const logs = values.map(Math.log);
  return std(logs) > 0 && Math.log(std(values)) > Math.log(std(logs)) + mean(logs) ? least / 1000 : 0;
}

function logLikelihood(taken: readonly number[], meanLogSlope: number): number {
  return meanLogSlope - Math.log(std(taken));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function std(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
}
