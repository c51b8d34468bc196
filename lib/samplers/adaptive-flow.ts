import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireNumber } from '../core/checks';
import { vpTwin } from '../diffusion/diffusion';
import { logRatioGrid } from '../diffusion/noise-grid';
import { embeddedStart, embeddedStep, stagesPerStep, unfinishedOf, type EmbeddedState } from './embedded-step';
import { checkLastStep, finishAt, flowVelocity, fromReference, gridId, type ReverseGridOptions } from './reverse-grid';
import { diffusionOf, type Sampler } from './sampler';

/** Options of {@link adaptiveFlow}. */
export interface AdaptiveFlowOptions extends Omit<ReverseGridOptions, 'steps' | 'spacing'> {
  /** The error that a step may make, in units of the level's noise. Default 1e-3. */
  tolerance?: number;
  /** Steps at most, refused ones included. Default 500. */
  maxSteps?: number;
}

/**
 * The probability flow by the Dormand-Prince 5(4) pair with steps that follow the error estimate, for each particle its
 * own: particles that have arrived wait for the others.
 *
 * Six score evaluations a step. From a draw, it throws FlowOdeError with the number of particles that did not arrive,
 * never NaN.
 * @param options see {@link AdaptiveFlowOptions}.
 * @throws InvalidInputError for options outside of their ranges, here or where the sampler meets its diffusion.
 * Source: Song et al. (2021), appendix D.4, with one step for each particle instead of one for all.
 * @example
 * const sampler = samplers.adaptiveFlow({ tolerance: 1e-2 });
 * const theta = await estimator.given([[0.5, 1]]).sample(500, { seed: 3, sampler }); // shape [500, 2]
 */
export function adaptiveFlow(options: AdaptiveFlowOptions = {}): Sampler {
  const { tolerance = 1e-3, maxSteps = 500, lastStep } = objectOf('adaptiveFlow: options', options);
  requireNumber('adaptiveFlow tolerance', tolerance, 'a number in (0, 1)', (value) => value > 0 && value < 1);
  requireCount('adaptiveFlow maxSteps', maxSteps);
  checkLastStep(lastStep);
  const id = `adaptiveFlow(${tolerance},${maxSteps},${gridId(options)})`;
  return {
    id,
    needsDiffused: true,
    poolsParticles: false,
    descend: (schedule) => {
      const diffusion = diffusionOf(schedule, id);
      const [first, last] = logRatioGrid(diffusion, 1, options);
      const problem = { end: last, direction: -1 as const, scale: flowErrorScale(tolerance) };
      return {
        name: id,
        calls: stagesPerStep,
        rounds: maxSteps,
        start: (target, noise) => {
          const level = diffusion.atLogRatio(tf.scalar(first));
          const v = tf.mul(vpTwin(level).scale, fromReference(target, diffusion, noise, id)) as tf.Tensor2D;
          const velocity = (x: tf.Tensor2D, u: tf.Tensor2D): tf.Tensor2D =>
            flowVelocity(target, x, diffusion.atLogRatio(u));
          return embeddedStart({ velocity }, v, tf.fill([v.shape[0], 1], first));
        },
        round: (target, state) =>
          embeddedStep(
            { ...problem, velocity: (x, u) => flowVelocity(target, x, diffusion.atLogRatio(u)) },
            state as EmbeddedState,
          ),
        unfinished: (state) => unfinishedOf(problem, state as EmbeddedState),
        finish: (target, { theta: v }) => {
          const level = diffusion.atLogRatio(tf.scalar(last));
          return finishAt(target, tf.div(v, vpTwin(level).scale) as tf.Tensor2D, level, lastStep);
        },
      };
    },
  };
}

/**
 * The error of v that counts as 1: the tolerance times the noise of the level, the least width that a density has
 * there.
 */
export function flowErrorScale(tolerance: number): (u: tf.Tensor2D) => tf.Tensor2D {
  return (u) => tf.mul(tolerance, tf.sqrt(tf.sigmoid(tf.mul(2, u) as tf.Tensor2D))) as tf.Tensor2D;
}
