import * as tf from '@tensorflow/tfjs';
import type { Posterior } from '../../../lib/contract/posterior';
import { normal } from '../../../lib/distributions/normal';
import type { Prior } from '../../../lib/distributions/prior';
import { flowNpe, type FlowNpeOptions, type TrainedFlowEstimator } from '../../../lib/inference/density/flow-npe';
import { simulateSets } from '../../../lib/simulation/simulate-sets';
import type { AnySimulator } from '../../../lib/simulation/simulator';

/** Settings of a quick training. */
export const quickFlow = {
  seed: 1,
  network: { width: 16, hidden: 2 },
  fit: { maxEpochs: 3, batchSize: 64 },
  progress: false,
} satisfies Partial<FlowNpeOptions>;
/** Little to record and to compile. */
export const tiny = { width: 8, hidden: 1, couplings: 2 };
export const here = { seed: 1, workers: 0, progress: false } as const;
/** Three parameters, two values. */
export const three = normal({ mean: [0, 0, 1] });
export const noisy: AnySimulator = ([a, b], rng) => [a + 0.5 * rng.normal(), b + 0.5 * rng.normal()];

/** A flow for sets of at most 4 observations of {@link noisy}, quickly trained. */
export async function trainedFlow(
  prior: Prior,
  { fit, ...options }: Partial<FlowNpeOptions> = {},
): Promise<TrainedFlowEstimator> {
  const sets = await simulateSets({ prior, simulator: noisy }, { ...here, calls: 600, maxObservations: 4 });
  try {
    return await flowNpe.train(sets, { ...quickFlow, prior, fit: { ...quickFlow.fit, ...fit }, ...options });
  } finally {
    sets.dispose();
  }
}

/** The log density of a posterior at rows. */
export async function logProbAt({ density }: Posterior, rows: readonly number[][]): Promise<number[]> {
  const theta = tf.tensor2d([...rows]);
  const logProb = await density!.logProb(theta).finally(() => theta.dispose());
  const values = Array.from(logProb.dataSync());
  logProb.dispose();
  return values;
}

/** The mass of a posterior of two parameters in each cell of a grid. */
export async function gridMass(
  posterior: Posterior,
  lower: readonly number[],
  upper: readonly number[],
  points: number,
): Promise<number[]> {
  const steps = lower.map((low, k) => (upper[k] - low) / points);
  const axis = (k: number): number[] => Array.from({ length: points }, (_, i) => lower[k] + (i + 0.5) * steps[k]);
  const logProb = await logProbAt(
    posterior,
    axis(0).flatMap((a) => axis(1).map((b) => [a, b])),
  );
  return logProb.map((value) => Math.exp(value) * steps[0] * steps[1]);
}

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
