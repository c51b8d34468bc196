/** How long training lasts, and how many rows it holds out, where nothing else is said. */
export interface TrainingLength {
  /** Gradient steps, from which follow the epochs: at least 100, at most 2,000. */
  readonly steps: number;
  /** Share of the epochs without a better validation loss after which it stops. */
  readonly patience: number;
  /** Such a share where the validation loss has risen by a tenth of what it had fallen. Default: `patience`. */
  readonly patienceOnRise?: number;
  /** Rows held out for validation, of as many in all. Default: a fifth. */
  readonly validationRows?: (rows: number) => number;
}

/** Epochs and patience for a number of training steps. */
export function epochsOf(
  { steps, patience, patienceOnRise = patience }: TrainingLength,
  stepsPerEpoch: number,
  maxEpochs?: number,
): { maxEpochs: number; patience: number; patienceOnRise: number } {
  const epochs = maxEpochs ?? Math.min(2000, Math.max(100, Math.ceil(steps / stepsPerEpoch)));
  return {
    maxEpochs: epochs,
    patience: Math.ceil(epochs * patience),
    patienceOnRise: Math.ceil(epochs * patienceOnRise),
  };
}
