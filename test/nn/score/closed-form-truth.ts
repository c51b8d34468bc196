import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { mixture } from '../../../lib/distributions/mixture';
import { normal } from '../../../lib/distributions/normal';
import { fitClosedForm, type ClosedFormTensors } from '../../../lib/nn/score/closed-form';
import { mixtureNoise, mixtureOfX, type MixturePart } from '../../../lib/nn/score/mixture-noise';
import { drawObservations } from '../../../lib/simulation/draw-observations';
import { simulate } from '../../../lib/simulation/simulate';
import type { LinearMixtureTask } from '../../../lib/tasks/linear-mixture';
import type { Task } from '../../../lib/tasks/task';

const levels = vpLevels();
const at = (t: number) => levels.at(tf.scalar(t, 'int32'));

/** The closed form of simulations of a task. */
export async function fitted(task: Task, count: number, most = 8, isScaled = false): Promise<ClosedFormTensors> {
  const sims = await simulate(task, count, { seed: 1, workers: 0, progress: false });
  const fit = await fitClosedForm([sims.theta, sims.x], { most, isScaled }, rng(1));
  sims.dispose();
  return fit;
}
/** Frees closed forms. */
export const free = (...all: ClosedFormTensors[]): void => tf.dispose(all as unknown as tf.TensorContainer);

/** Expects the diffused score of the posterior, at every level, within the error of the fit. */
export async function expectTruth(task: LinearMixtureTask): Promise<void> {
  const { parts } = (await fitted(task, 10_000)) as { parts: MixturePart[] };
  expect(parts.length).toBe(2);
  const { xObs, theta: truth } = drawObservations(task, 1, 5);
  const { components } = task.exactPosterior(xObs);
  for (const t of [20, 100, 250]) {
    tf.tidy(() => {
      const level = at(t);
      const [meanCoeff, std] = [level.meanCoeff, level.std].map((each) => each.dataSync()[0]);
      const diffused = mixture(
        components.map(({ weight, component: { mean, covariance } }) => ({
          weight,
          component: normal({
            mean: mean.map((value) => meanCoeff * value),
            std: covariance.map((row, i) => Math.sqrt(meanCoeff ** 2 * row[i] + std ** 2)),
          }),
        })),
      );
      const around = tf.mul(meanCoeff, tf.tensor2d([truth]));
      const theta = tf.add(
        around,
        tf.mul(Math.max(std, 0.3), tf.randomNormal([64, task.prior.dim], 0, 1, 'float32', 3)),
      );
      const exact = tf.mul(-std, diffused.score(theta as tf.Tensor2D));
      const ofX = mixtureOfX(parts, tf.tile(tf.tensor2d(xObs), [64, 1]));
      const off = tf.sub(mixtureNoise(parts, theta as tf.Tensor2D, level, ofX), exact);
      const [error, size] = [off, exact].map((each) => tf.mean(tf.square(each)).dataSync()[0]);
      expect(Math.sqrt(error / size)).toBeLessThan(0.08);
    });
  }
  free({ parts });
}
