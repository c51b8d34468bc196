import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { Posterior } from '../../lib/contract/posterior';
import { installHost, silentHost } from '../../lib/core/host';
import { rng } from '../../lib/core/rng';
import type { Prior } from '../../lib/distributions/prior';
import { npse } from '../../lib/inference/score/npse';
import type { NpseOptions, TrainedScoreEstimator } from '../../lib/inference/score/train-score-estimator';
import { denoisingNetwork } from '../../lib/nn/score/denoising-network';

export const quiet = { progress: false };
export const noise = 0.3;

/** A small network that is trained quickly. */
export const smallNetwork = denoisingNetwork({ width: 16, blocks: 1, hidden: 1 });
/** Settings of a quick training. */
export const quick = {
  seed: 1,
  network: smallNetwork,
  emulated: 0,
  fit: { maxEpochs: 2 },
  ...quiet,
} satisfies Partial<NpseOptions>;

/**
 * theta [N, D] of a prior and x [N, L] = theta + noise, whose values begin anew after D; where L is given and above 1,
 * the first one is constant.
 */
export function pairsOf(prior: Prior, width?: number, count = 1000): { theta: tf.Tensor2D; x: tf.Tensor2D } {
  const source = rng(3);
  const theta = Array.from({ length: count }, () => prior.sample(source));
  const x = theta.map((row) =>
    Array.from({ length: width ?? row.length }, (_, k) =>
      k === 0 && width !== undefined && width > 1 ? 0.1 : row[k % row.length] + noise * source.normal(),
    ),
  );
  return { theta: tf.tensor2d(theta), x: tf.tensor2d(x) };
}

/** An NPSE estimator of {@link pairsOf}, quickly trained. */
export async function trained(
  prior: Prior,
  options: Partial<NpseOptions> = {},
  width?: number,
): Promise<TrainedScoreEstimator> {
  const pairs = pairsOf(prior, width);
  try {
    return await npse.train(pairs, { ...quick, prior, fit: { maxEpochs: 5 }, ...options });
  } finally {
    tf.dispose([pairs.theta, pairs.x]);
  }
}

/** Runs with the posterior given observations, and checks that it leaves nothing but the estimator's graphs. */
export async function withPosterior<P extends Posterior, T>(
  estimator: { given(xObs: number[][]): P },
  xObs: number[][],
  work: (posterior: P) => Promise<T>,
): Promise<T> {
  const before = tf.memory().numTensors;
  const posterior = estimator.given(xObs);
  const result = await work(posterior).finally(() => posterior.dispose());
  expect(tf.memory().numTensors).toBe(before);
  return result;
}

/** The values of a tensor that comes later, which is disposed. */
export async function valuesOf(tensor: Promise<tf.Tensor>): Promise<number[]> {
  const own = await tensor;
  const values = Array.from(own.dataSync());
  own.dispose();
  return values;
}

/** The rows of a table that comes later, which is disposed. */
export async function rowsOf(table: Promise<tf.Tensor2D>): Promise<number[][]> {
  const own = await table;
  const rows = own.arraySync();
  own.dispose();
  return rows;
}

/**
 * What long work throws that is interrupted as soon as it shows progress: with a note that begins with `during`, if
 * that is given.
 */
export async function interrupted(work: (signal: AbortSignal) => Promise<unknown>, during?: string): Promise<unknown> {
  const controller = new AbortController();
  const host = installHost({
    ...silentHost,
    report: () => ({
      update: (_, note = '') => (during === undefined || note.startsWith(during) ? controller.abort() : undefined),
      resize: () => {},
      curve: () => {},
      end: () => {},
    }),
  });
  return work(controller.signal)
    .then(
      () => expect.unreachable('the work was not interrupted'),
      (error: unknown) => error,
    )
    .finally(() => installHost(host));
}
