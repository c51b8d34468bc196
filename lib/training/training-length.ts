/** How long training lasts, and at which rate it learns, where nothing else is said. */
export interface TrainingLength {
  /** Gradient steps, from which follow the epochs, at most 2,000. */
  readonly steps: number;
  /** Epochs at least, whatever the steps. Default 100. */
  readonly leastEpochs?: number;
  /** Share of the epochs without a better validation loss after which it stops. */
  readonly patience: number;
  /** Adam's learning rate. Default 1e-3. */
  readonly learningRate?: number;
  /** Rows held out for validation, of as many in all. Default: a fifth. */
  readonly validationRows?: (rows: number) => number;
  /** Steps from one look at the validation loss to the next, in whole epochs, at least. Default 64. */
  readonly stepsPerLook?: number;
}

/** Epochs and patience for a number of training steps. */
export function epochsOf(
  { steps, patience, leastEpochs = 100 }: TrainingLength,
  stepsPerEpoch: number,
  maxEpochs?: number,
): { maxEpochs: number; patience: number } {
  const epochs = maxEpochs ?? Math.min(2000, Math.max(leastEpochs, Math.ceil(steps / stepsPerEpoch)));
  return { maxEpochs: epochs, patience: Math.ceil(epochs * patience) };
}
