import type { FitSettings } from '../training/fit-settings';

/**
 * How the paper fits its networks, of both methods: Adam at 1e-4, 20% validation, at most 20,000 epochs.
 *
 * The batch size and the patience of early stopping (500 epochs) are not stated there.
 * Source: Geffner et al., section 3.
 */
export const paperFit = {
  learningRate: 1e-4,
  batchSize: 256,
  validationFraction: 0.2,
  maxEpochs: 20_000,
  patience: 500,
  ema: 0,
} as const satisfies FitSettings;
