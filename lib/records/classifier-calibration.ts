/** Pairs that a classifier gave about the same probability, and how many of them were what it took them for. */
export interface CalibrationBin {
  /** The mean probability that the classifier gave them. */
  readonly probability: number;
  /** The share of them that were pairs as simulated. */
  readonly frequency: number;
  /** How many they are. */
  readonly pairs: number;
  /** Where the frequency of a calibrated classifier lies, from here. */
  readonly lower: number;
  /** To here. */
  readonly upper: number;
}

/** How often a classifier is right where it says that it is, on pairs that it was not trained on. */
export interface ClassifierCalibration {
  /** The curve, from the least probability to the largest; bins without pairs are left out. */
  readonly bins: readonly CalibrationBin[];
  /** The expected calibration error, sum_b (n_b / N) |frequency_b - probability_b|. */
  readonly expectedError: number;
  /** Whether all frequencies lie in their bands, as a calibrated classifier's do with the probability `level`. */
  readonly isCalibrated: boolean;
  /** The probability with which a calibrated classifier lies within all bands. */
  readonly level: number;
  /**
   * E_pairs[d] + E_contrasts[d], which is 1 for a balanced classifier, as the exact one is; more is to be expected of
   * none. Missing for a loss whose ratio is known up to a function of x.
   */
  readonly balance?: number;
  /** The standard error of the balance. */
  readonly balanceError?: number;
}
