import { counted, described } from '../../core/description';
import { binomialInterval } from '../../maths/binomial-interval';
import type { CalibrationBin, ClassifierCalibration } from '../../records/classifier-calibration';

/** Log ratios of pairs as simulated and of contrasts, row by row: what a classifier is judged by. */
export type JudgedPairs = { own: number[]; contrasts: number[] };

/** The width of bins is that over this number, as is usual. */
const mostBins = 15;
const level = 0.95;

/**
 * The reliability of a classifier whose logits are log ratios: in bins of equal width of the probability
 * d = r / (1 + r) that it gives, the share of pairs that were as simulated.
 *
 * The bands are binomial, of the bin's number of pairs and mean probability, each of the level 1 - (1 - level) / bins,
 * so that a calibrated classifier lies within all of them with at least the probability `level`.
 * @param areComparable whether log ratios of one x compare with those of another; without, each row's own parameters
 * are compared with its contrast's, and there is no balance to tell.
 * Source: Guo et al. (2017), "On calibration of modern neural networks", section 2; Delaunoy et al. (2022) for the
 * balance.
 */
export function classifierCalibration({ own, contrasts }: JudgedPairs, areComparable: boolean): ClassifierCalibration {
  // of two parameters, which stands first is told by no more than the row's number
  const differences = own.map((value, i) => (value - contrasts[i]) * (i % 2 === 0 ? 1 : -1));
  const told = areComparable
    ? [...own.map((logit) => ({ logit, isOwn: true })), ...contrasts.map((logit) => ({ logit, isOwn: false }))]
    : differences.map((logit, i) => ({ logit, isOwn: i % 2 === 0 }));
  const sums = Array.from({ length: mostBins }, () => ({ pairs: 0, probability: 0, own: 0 }));
  for (const { logit, isOwn } of told) {
    const probability = sigmoid(logit);
    const bin = sums[Math.min(mostBins - 1, Math.floor(probability * mostBins))];
    bin.pairs += 1;
    bin.probability += probability;
    bin.own += isOwn ? 1 : 0;
  }
  const filled = sums.filter(({ pairs }) => pairs > 0);
  const tail = (1 - level) / 2 / filled.length;
  const bins = filled.map(({ pairs, probability, own }): CalibrationBin => {
    const [lower, upper] = binomialInterval(pairs, Math.min(1, probability / pairs), tail);
    return {
      probability: probability / pairs,
      frequency: own / pairs,
      pairs,
      lower: lower / pairs,
      upper: upper / pairs,
    };
  });
  const calibration: ClassifierCalibration = {
    bins,
    expectedError: bins.reduce((sum, bin) => sum + (bin.pairs / told.length) * gapOf(bin), 0),
    isCalibrated: bins.every(({ frequency, lower, upper }) => frequency >= lower && frequency <= upper),
    level,
    ...(areComparable && balanceOf(own, contrasts)),
  };
  return describedCalibration(calibration, told.length);
}

/** E_pairs[d] + E_contrasts[d] with its standard error; the two of a row belong together. */
function balanceOf(own: readonly number[], contrasts: readonly number[]): { balance: number; balanceError: number } {
  const sums = own.map((logit, i) => sigmoid(logit) + sigmoid(contrasts[i]));
  const balance = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  const variance = sums.reduce((sum, value) => sum + (value - balance) ** 2, 0) / Math.max(1, sums.length - 1);
  return { balance, balanceError: Math.sqrt(variance / sums.length) };
}

/**
 * The share of pairs at which a classifier is more certain than its training can support, |log r| > log N with N rows
 * of each kind.
 *
 * Where r > N, p(x | theta_ref) has less than 1 / N of the mass of p(x | theta), so that fewer than one of N rows at
 * the reference was to be expected among them: there is no common support as far as the simulations tell.
 */
export function withoutSupport({ own, contrasts }: JudgedPairs, rows: number): number {
  const logits = [...own, ...contrasts];
  return logits.filter((logit) => Math.abs(logit) > Math.log(rows)).length / logits.length;
}

function describedCalibration(calibration: ClassifierCalibration, pairs: number): ClassifierCalibration {
  return described(calibration, () => {
    const { bins, expectedError, isCalibrated, balance, balanceError } = calibration;
    const outside = bins.filter(({ frequency, lower, upper }) => frequency < lower || frequency > upper).length;
    return {
      title: `Calibration of a classifier on ${counted(pairs, 'pair')}`,
      facts: {
        error: `${expectedError.toPrecision(2)} expected calibration error`,
        bands: isCalibrated ? 'all frequencies in their bands' : `${outside} of ${bins.length} frequencies outside`,
        ...(balance !== undefined && { balance: `${balance.toFixed(3)} +- ${balanceError!.toFixed(3)}; 1 is right` }),
        next: 'show(plots.calibrationPlot(calibration))',
      },
      variable: 'calibration',
    };
  });
}

const gapOf = ({ frequency, probability }: CalibrationBin): number => Math.abs(frequency - probability);
const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
