/** How long training lasts where nothing else is said. */
export interface TrainingLength {
  /** Gradient steps, from which follow the epochs: at least 100, at most 2,000. */
  readonly steps: number;
  /** Share of the epochs without a better validation loss after which it stops. */
  readonly patience: number;
}

/** Epochs and patience for a number of training steps. */
export function epochsOf(
  { steps, patience }: TrainingLength,
  stepsPerEpoch: number,
  maxEpochs?: number,
): { maxEpochs: number; patience: number } {
  const epochs = maxEpochs ?? Math.min(2000, Math.max(100, Math.ceil(steps / stepsPerEpoch)));
  return { maxEpochs: epochs, patience: Math.ceil(epochs * patience) };
}
