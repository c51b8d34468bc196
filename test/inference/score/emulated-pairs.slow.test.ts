import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InterruptedError, NonFiniteError } from '../../../lib/core/errors';
import { installHost, silentHost } from '../../../lib/core/host';
import { rng } from '../../../lib/core/rng';
import { normal } from '../../../lib/distributions/normal';
import type { Prior } from '../../../lib/distributions/prior';
import { uniform } from '../../../lib/distributions/uniform';
import { frameOf } from '../../../lib/inference/frame';
import * as emulation from '../../../lib/inference/score/emulated-pairs';
import { npse } from '../../../lib/inference/score/npse';
import type { NpseOptions, TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import type { Fit } from '../../../lib/training/fit';
import { interrupted, quiet } from '../quick-estimator';

const noise = 0.5;
const count = 600;
const quick = {
  seed: 1,
  network: denoisingNetwork({ width: 8, blocks: 1, hidden: 1 }),
  fit: { maxEpochs: 4, patience: 4, epochsPerValidation: 1 },
  ...quiet,
};
const open = normal({ mean: [0, 0] });

/** x_1 = theta_1 + noise, x_2 = theta_2 - theta_1 + noise. */
function pairsOf(prior: Prior): { theta: tf.Tensor2D; x: tf.Tensor2D } {
  const source = rng(3);
  const theta = Array.from({ length: count }, () => prior.sample(source));
  const x = theta.map(([a, b]) => [a + noise * source.normal(), b - a + noise * source.normal()]);
  return { theta: tf.tensor2d(theta), x: tf.tensor2d(x) };
}

async function trained(prior: Prior, options: Partial<NpseOptions> = {}): Promise<TrainedScoreEstimator> {
  const pairs = pairsOf(prior);
  try {
    return await npse.train(pairs, { ...quick, emulated: 2, prior, ...options });
  } finally {
    tf.dispose([pairs.theta, pairs.x]);
  }
}

afterEach(() => vi.restoreAllMocks());

describe('emulatedPairs', () => {
  const unit = { mean: [0, 0], std: [1, 1], lowest: [-4, -4], highest: [4, 4] };
  const frame = frameOf(open, { theta: unit, x: unit });
  const made = async (rows: [tf.Tensor2D, tf.Tensor2D], pairs: number): Promise<[tf.Tensor2D, tf.Tensor2D]> => {
    const emulated = await emulation.emulatedPairs(rows, frame, { count: pairs }, { seed: 1, maxEpochs: 4, ...quiet });
    return 'pairs' in emulated ? emulated.pairs : expect.unreachable(emulated.stopped.message);
  };

  it('have the joint moments of a linear Gaussian simulator, within its range, and keep their rows', async () => {
    const { theta: z, x } = pairsOf(open);
    const before = tf.memory().numTensors;
    const [theta, data] = await made([z, x], 5000);
    expect(tf.memory().numTensors).toBe(before + 2);
    expect([theta.shape, data.shape]).toEqual([
      [5000, 2],
      [5000, 2],
    ]);
    tf.tidy(() => {
      const centred = tf.sub(data, tf.mean(data, 0)) as tf.Tensor2D;
      const [cross, covariance] = [
        tf.matMul(theta, centred, true).div(5000).arraySync() as number[][],
        tf.matMul(centred, centred, true).div(5000).arraySync() as number[][],
      ];
      // coefficients of 600 simulations have a standard error of noise / sqrt(600) = .02, variances of
      // sqrt(2 / 600) = 6 %; four of them, with those of the 5,000 draws
      const near = (received: number, expected: number, error: number) =>
        expect(Math.abs(received - expected)).toBeLessThan(4 * error);
      near(cross[0][0], 1, 0.035);
      near(cross[1][0], 0, 0.035);
      near(cross[0][1], -1, 0.04);
      near(cross[1][1], 1, 0.04);
      near(covariance[0][0], 1 + noise ** 2, 0.07);
      near(covariance[1][1], 2 + noise ** 2, 0.12);
      expect(tf.all(tf.lessEqual(data, tf.max(x, 0))).dataSync()[0]).toBe(1);
    });
    // the rows of training are still there
    expect(Number.isFinite(z.sum().dataSync()[0] + x.sum().dataSync()[0])).toBe(true);
    tf.dispose([z, x, theta, data]);
  });

  it('are at least as many as teach something', async () => {
    const { theta: z, x } = pairsOf(open);
    const few = await made([z, x], 1);
    expect(few[0].shape[0]).toBe(256);
    tf.dispose([z, x, ...few]);
  });
});

describe('npse.train with emulated pairs', () => {
  it.each([
    ['an unbounded prior', open],
    ['a box', uniform({ lower: [-1, -1], upper: [1, 1] })],
  ])('keeps the estimator of the lower loss on held-out simulations, and tells all parts, for %s', async (_, prior) => {
    const before = tf.memory().numTensors;
    const [alone, either] = [await trained(prior, { emulated: 0 }), await trained(prior)];
    const { parts, ...fit } = either.fit;
    const [first, emulator, second] = parts!;
    expect(parts!.map(({ label }) => label)).toEqual([
      'on the simulations',
      'the emulator of the simulator',
      'on simulations and emulated pairs',
    ]);
    expect(first.validationLoss).toBe(alone.fit.validationLoss);
    expect(fit.validationLoss).toBe(Math.min(first.validationLoss, second.validationLoss));
    expect(either.config.training.emulated).toBe(second.validationLoss < first.validationLoss ? 2 * count : 0);
    expect(alone.config.training.emulated).toBe(0);
    // the seconds are those of all parts, and of what lies between them
    expect(fit.seconds).toBeGreaterThan(first.seconds + emulator.seconds + second.seconds);
    expect(either.config.training.seconds).toBe(fit.seconds);
    alone.dispose();
    either.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('shows one progress, which never falls and ends at its whole', async () => {
    const shown: { label: string; total: number; done: number[]; notes: string[] }[] = [];
    const host = installHost({
      ...silentHost,
      report: (label, total) => {
        const one = { label, total, done: [] as number[], notes: [] as string[] };
        shown.push(one);
        return {
          update: (done, note = '') => void (one.done.push(done), one.notes.push(note)),
          resize: (to) => void (one.total = to),
          curve: () => {},
          end: () => {},
        };
      },
    });
    try {
      (await trained(open, { progress: true, fit: { ...quick.fit, maxEpochs: 40, patience: 2 } })).dispose();
    } finally {
      installHost(host);
    }
    expect(shown).toHaveLength(1);
    const [{ label, total, done, notes }] = shown;
    expect(label).toBe('Training');
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBeCloseTo(total, 6);
    for (const part of ['1 of 4, on the simulations', '2 of 4, the emulator', '3 of 4', '4 of 4, on simulations and'])
      expect(notes.some((note) => note.startsWith(`part ${part}`))).toBe(true);
  });

  it.each(['part 2 of 4', 'part 3 of 4', 'part 4 of 4'])(
    'hands over the estimator of the simulations alone where it is interrupted during: %s',
    async (during) => {
      const before = tf.memory().numTensors;
      const alone = await trained(open, { emulated: 0 });
      const error = await interrupted((signal) => trained(open, { signal, progress: true }), during);
      expect(error).toBeInstanceOf(InterruptedError);
      const partial = (error as InterruptedError<TrainedScoreEstimator>).partial!;
      expect(partial.config.training.emulated).toBe(0);
      expect(partial.record().arrays).toEqual(alone.record().arrays);
      partial.dispose();
      alone.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('goes without them, and says so, where the emulator leaves the finite numbers', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const runaway = new NonFiniteError('the emulator ran away');
    const emulated = vi.spyOn(emulation, 'emulatedPairs');
    const fit = {
      weights: [],
      history: [],
      bestEpoch: 0,
      validationLoss: 1,
      ended: 'not finite',
      steps: 1,
      seconds: 1,
    };
    for (const mocked of [
      () => emulated.mockRejectedValue(runaway),
      () => emulated.mockResolvedValue({ stopped: runaway, fit: fit as Fit }),
    ]) {
      mocked();
      const estimator = await trained(open);
      expect(estimator.config.training.emulated).toBe(0);
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('without emulated pairs: the emulator ran away'));
      estimator.dispose();
      warn.mockClear();
    }
  });

  it('refuses an invalid number of them', async () => {
    for (const emulated of [-1, NaN, Infinity])
      await expect(trained(open, { emulated })).rejects.toThrow(/npse.train: emulated/);
  });
});
