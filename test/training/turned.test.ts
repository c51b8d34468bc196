import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { fit, type Fit } from '../../lib/training/fit';
import { checkedSettings } from '../../lib/training/fit-settings';
import type { Loss } from '../../lib/training/loss';
import { progressOf } from '../progress-of';

/** The squared distance of one weight from the rows. */
const distance: Loss = Object.assign(((weights, [rows]) => tf.mean(tf.square(tf.sub(rows, weights[0])))) as Loss, {
  noiseless: true,
});

/** Starts at -5, and is drawn past the held-out rows at 0 by added rows at `pull`, .1 a step. */
async function drawnPast(pull: number, patienceOnRise?: number, progress = false): Promise<Fit> {
  const [rows, added, first] = [tf.zeros([40, 1]), tf.fill([4000, 1], pull), tf.tensor1d([-5])];
  const problem = {
    weights: [{ name: 'w', shape: [1], initialStd: 0 }],
    loss: distance,
    rows: [rows as tf.Tensor2D],
    added: [added as tf.Tensor2D],
    first: [first],
    length: { steps: 400, patience: 1 / 2, patienceOnRise, validationRows: () => 20 },
  };
  const settings = { seed: 1, batchSize: 20, learningRate: 0.1, epochsPerValidation: 1, progress };
  const result = await fit(problem, settings);
  tf.dispose([rows, added, first, ...result.weights]);
  return result;
}

describe('a training whose validation loss has turned', () => {
  it('ends sooner where it has risen, with the same weights', async () => {
    const [late, soon] = [await drawnPast(10), await drawnPast(10, 1 / 20)];
    expect(soon.bestEpoch).toBe(late.bestEpoch);
    expect(soon.validationLoss).toBe(late.validationLoss);
    // a loss of 25 falls to 0: it has risen by a tenth of that at 1.6, some 16 steps on, and 20 are a twentieth of 400
    expect(late.steps - late.bestEpoch).toBe(200);
    expect(soon.steps - soon.bestEpoch).toBe(20);
    expect(soon.ended).toBe('converged');
  });

  it('ends its progress at the whole, not at a share of what it might have taken', async () => {
    const { total, seen } = await progressOf(async () => void (await drawnPast(10, 1 / 20, true)));
    expect(total).toBe(seen[seen.length - 1]);
    expect(total).toBeLessThan(200);
  });

  it('goes on where it has hardly risen', async () => {
    // at 1 the loss is a 25th of what it fell
    const result = await drawnPast(1, 1 / 20);
    expect(result.steps - result.bestEpoch).toBe(200);
  });
});

describe('the rows that a method holds out', () => {
  it('are as many as it says of the rows in all, unless the options say a share', () => {
    const length = { steps: 100, patience: 1 / 2, validationRows: (rows: number) => rows / 10 };
    expect(checkedSettings({ seed: 1 }, 1000, length).validationRows).toBe(100);
    expect(checkedSettings({ seed: 1, validationFraction: 0.3 }, 1000, length).validationRows).toBe(300);
  });
});
