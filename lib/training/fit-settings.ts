import { demand, requireCount, requireNumber, requirePositive } from '../core/checks';
import type { PartOptions } from '../core/host';
import { epochsOf, type TrainingLength } from './training-length';

/** How weights are fitted: the group `fit` of a method's options. */
export interface FitSettings {
  /** Rows in a batch, at most the number of training rows. Default 256. */
  readonly batchSize?: number;
  /** Adam's learning rate. Default 1e-3. */
  readonly learningRate?: number;
  /** Lower the rate along a half cosine to zero at `maxEpochs`. Default false. */
  readonly cosineDecay?: boolean;
  /** Epochs at most. Default: as many as the method's number of steps takes, at least 100 and at most 2,000. */
  readonly maxEpochs?: number;
  /** Epochs without a better validation loss until training stops. Default: the method's share of the epochs. */
  readonly patience?: number;
  /** Epochs from one validation to the next. Default: as few as have 64 steps. */
  readonly epochsPerValidation?: number;
  /** Share of the rows held out for validation. Default: the method's, 0.2 where it has none. */
  readonly validationFraction?: number;
  /**
   * Decay of the running average of the weights, which is what is validated and kept; 0 keeps the weights themselves.
   * Default 0.
   */
  readonly ema?: number;
  /** The most that the norm of a gradient of all weights may be; longer ones are shortened to it. Default: any. */
  readonly gradientNorm?: number;
}

/** What a fit takes besides its problem. */
export interface FitOptions extends FitSettings, PartOptions {
  /** Seed of the first weights, the split into training and validation rows, the order of the batches and the noise. */
  readonly seed: number;
}

/** Steps between two looks at the validation loss, in whole epochs, where nothing else was asked for. */
const stepsPerBlock = 64;
const defaultLength: TrainingLength = { steps: 6000, patience: 1 / 5 };

/** Settings with all their numbers, for a number of rows. */
export type CheckedSettings = ReturnType<typeof checkedSettings>;

/**
 * The settings with what follows from the number of rows.
 * @throws InvalidInputError for an invalid option, or fewer than 3 rows.
 */
export function checkedSettings(options: FitOptions, rows: number, length: TrainingLength = defaultLength) {
  const { batchSize = 256, learningRate = 1e-3, cosineDecay = false, ema = 0 } = options;
  const { gradientNorm } = options;
  const { validationFraction = (length.validationRows?.(rows) ?? 0.2 * rows) / Math.max(1, rows) } = options;
  for (const name of ['batchSize', 'maxEpochs', 'patience', 'epochsPerValidation'] as const)
    if (options[name] !== undefined) requireCount(`training ${name}`, options[name]);
  requirePositive('training learningRate', learningRate);
  const isShare = (value: number): boolean => value > 0 && value < 1;
  requireNumber('training validationFraction', validationFraction, 'a number between 0 and 1', isShare);
  requireNumber('training ema', ema, 'a number from 0 to below 1', (value) => value >= 0 && value < 1);
  if (gradientNorm !== undefined) requirePositive('training gradientNorm', gradientNorm);
  const validationRows = Math.max(1, Math.round(rows * validationFraction));
  const trainingRows = rows - validationRows;
  const remedy = 'Simulate more; a thousand is a small budget.';
  demand('training', trainingRows >= 2, 'at least 3 simulations', rows, remedy);
  // as many as the rows would fill, before batches are made to fit them
  const nominal = Math.max(1, Math.floor((rows * (1 - validationFraction)) / batchSize));
  const epochs = epochsOf(length, nominal, options.maxEpochs);
  const batch = Math.min(batchSize, trainingRows);
  const stepsPerEpoch = Math.floor(trainingRows / batch);
  return {
    seed: options.seed,
    learningRate,
    cosineDecay,
    ema,
    gradientNorm,
    batchSize: batch,
    maxEpochs: epochs.maxEpochs,
    patience: options.patience ?? epochs.patience,
    patienceOnRise: options.patience ?? epochs.patienceOnRise,
    validationFraction,
    validationRows,
    trainingRows,
    stepsPerEpoch,
    epochsPerBlock: options.epochsPerValidation ?? Math.max(1, Math.ceil(stepsPerBlock / stepsPerEpoch)),
  };
}

/** Steps of a whole training that is not stopped early. */
export function plannedSteps(options: FitOptions, rows: number, length?: TrainingLength): number {
  const { maxEpochs, stepsPerEpoch } = checkedSettings(options, rows, length);
  return maxEpochs * stepsPerEpoch;
}
