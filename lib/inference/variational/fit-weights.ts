import * as tf from '@tensorflow/tfjs';
import type { Posterior, PosteriorGradient } from '../../contract/posterior';
import { InterruptedError } from '../../core/errors';
import { breathe, type Progress } from '../../core/host';
import { inShortCalls } from '../../core/short-calls';
import type { Bijector } from '../../distributions/bijector';
import { compile } from '../../graph/compile';
import { foldKey, type Key } from '../../graph/random';
import { contexts, logVarianceGradient, pathGradient, type Approximation } from './divergences';
import { weightDescent } from './weight-descent';

/** How weights are fitted, and where that shows. */
export interface FitWork {
  /** First weights, which stay the caller's. */
  readonly first: readonly tf.Tensor[];
  readonly steps: number;
  /** Draws of q in each step. */
  readonly draws: number;
  readonly learningRate: number;
  readonly key: Key;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const interrupted = (done: number, steps: number): string =>
  `The variational fit was interrupted at step ${done} of ${steps}.`;

/** Weights of q fitted to a gradient, by many steps in one call; the caller disposes them. */
export async function fitToGradient(
  approximation: Approximation,
  target: PosteriorGradient,
  { first, steps, draws, learningRate, key, progress, signal }: FitWork,
): Promise<tf.Tensor[]> {
  const gradient = pathGradient(approximation, target, draws);
  const descent = weightDescent(first, { steps, learningRate }, (weights, own, _: tf.Tensor) => gradient(weights, own));
  const nothing = tf.scalar(0);
  try {
    await inShortCalls(
      steps,
      (from, count) => {
        descent.go(from, count, key, nothing);
        progress.update(from + count);
      },
      { signal, interrupted: (done) => interrupted(done, steps) },
    );
    return descent.average();
  } finally {
    nothing.dispose();
    descent.dispose();
  }
}

/** Weights of q fitted to values of a log density, asked for in each step; the caller disposes them. */
export async function fitToDensity(
  approximation: Approximation,
  posterior: Posterior,
  { first, steps, draws, learningRate, key, progress, signal, coordinates }: FitWork & { coordinates: Bijector },
): Promise<tf.Tensor[]> {
  const descent = weightDescent(first, { steps, learningRate }, logVarianceGradient(approximation));
  const draw = compile((weights: tf.Tensor[], own: Key): tf.Tensor2D =>
    approximation.density.sample(weights, own, contexts(approximation, draws)),
  );
  try {
    for (let step = 0; step < steps; step++) {
      const z = tf.tidy(() => draw(descent.weights(), foldKey(key, step)));
      const logP = await logDensityAt(posterior, coordinates, z, signal).catch((error) => {
        z.dispose();
        throw error;
      });
      try {
        descent.go(step, 1, key, { z, logP });
      } finally {
        tf.dispose([z, logP]);
      }
      progress.update(step + 1);
      await breathe();
      if (signal.aborted) throw new InterruptedError(interrupted(step + 1, steps));
    }
    return descent.average();
  } finally {
    draw.dispose();
    descent.dispose();
  }
}

/** Draws [rows, D] of q, which the caller disposes. */
export function drawsOf(approximation: Approximation, weights: tf.Tensor[], rows: number, key: Key): tf.Tensor2D {
  return tf.tidy(() => approximation.density.sample(weights, key, contexts(approximation, rows)));
}

/** How far below the least of a batch a density counts that is zero or not known. */
const belowLeast = 10;

/** log p [B] of a posterior at z [B, D] in coordinates without walls, finite; the caller disposes it. */
export async function logDensityAt(
  posterior: Posterior,
  { toConstrained, logAbsDetJacobian }: Bijector,
  z: tf.Tensor2D,
  signal?: AbortSignal,
): Promise<tf.Tensor1D> {
  const theta = tf.tidy(() => toConstrained(z));
  const ofTheta = await posterior.density!.logProb(theta, { signal, progress: false }).finally(() => theta.dispose());
  return tf.tidy(() => {
    const values = tf.add(ofTheta, logAbsDetJacobian(z)) as tf.Tensor1D;
    ofTheta.dispose();
    const isFinite = tf.isFinite(values);
    const least = tf.min(tf.where(isFinite, values, tf.fill(values.shape, 1e30)));
    return tf.where(isFinite, values, tf.fill(values.shape, tf.sub(least, belowLeast).dataSync()[0]));
  });
}
