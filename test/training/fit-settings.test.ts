import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { checkedSettings } from '../../lib/training/fit-settings';
import { fitted } from './regression';

const seed = 1;

describe('the settings of a fit', () => {
  it('have defaults that follow from the number of rows', () => {
    // 800 rows to train on are 3 batches of 256: 6,000 steps are 2,000 epochs, 64 steps between validations 22 epochs
    expect(checkedSettings({ seed }, 1000)).toEqual({
      seed,
      learningRate: 1e-3,
      cosineDecay: false,
      ema: 0,
      batchSize: 256,
      maxEpochs: 2000,
      patience: 400,
      patienceOnRise: 400,
      validationFraction: 0.2,
      validationRows: 200,
      trainingRows: 800,
      stepsPerEpoch: 3,
      epochsPerBlock: 22,
    });
    const { maxEpochs, patience } = checkedSettings({ seed }, 100_000);
    // 312 steps an epoch would make 20
    expect([maxEpochs, patience]).toEqual([100, 20]);
    expect(checkedSettings({ seed }, 10).batchSize).toBe(8);
  });

  it("take a method's length of training where the options do not say, and its share of other epochs as the patience", () => {
    const length = { steps: 10_000, patience: 1 / 4 };
    const of = (options: object): number[] => {
      const { maxEpochs, patience } = checkedSettings({ seed, batchSize: 100, ...options }, 2500, length);
      return [maxEpochs, patience];
    };
    // 20 steps an epoch
    expect(of({})).toEqual([500, 125]);
    expect(of({ maxEpochs: 30 })).toEqual([30, 8]);
    expect(of({ patience: 3 })).toEqual([500, 3]);
  });

  it.each([
    ['batchSize', [0, -1, 1.5, NaN]],
    ['maxEpochs', [0, -1, 1.5, NaN]],
    ['patience', [0, -1, 1.5, NaN]],
    ['epochsPerValidation', [0, -1, 1.5, NaN]],
    ['learningRate', [0, -1, NaN, Infinity]],
    ['validationFraction', [0, 1, -0.1, NaN]],
    ['ema', [1, -0.1, NaN]],
    ['gradientNorm', [0, -1, NaN, Infinity]],
  ] as const)('refuse an invalid %s by name, before any work', async (name, values) => {
    for (const value of values) await expect(fitted({ [name]: value })).rejects.toThrow(`training ${name}`);
    for (const value of ['many', '', null] as unknown as number[])
      await expect(fitted({ [name]: value })).rejects.toThrow(InvalidInputError);
  });

  it('refuse two rows, and an invalid seed', async () => {
    await expect(fitted({}, { rows: 2 })).rejects.toThrow(/at least 3 simulations/);
    await expect(fitted({ seed: NaN })).rejects.toThrow(/seed/);
  });
});
