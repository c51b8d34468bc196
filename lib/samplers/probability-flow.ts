import * as tf from '@tensorflow/tfjs';
import { objectOf, requireOneOf } from '../core/checks';
import { vpTwin } from '../diffusion/diffusion';
import { levelTable, logRatioGrid } from '../diffusion/noise-grid';
import { checkLastStep, finishAt, flowVelocity, fromReference, gridId, type ReverseGridOptions } from './reverse-grid';
import { diffusionOf, type Sampler } from './sampler';

/**
 * The probability flow d theta = (f theta - g^2 s / 2) dt by a Runge-Kutta method of fixed steps: Heun's, of order 2
 * with two score evaluations a step, or the classical one, of order 4 with four.
 *
 * Deterministic but for the start: one map from noise to samples, the inverse of that behind the log density.
 * @param options `method`, default `heun`; `steps`, default 40; and the grid's, see {@link ReverseGridOptions}.
 * @throws InvalidInputError for options outside of their ranges, here or where the sampler meets its diffusion.
 * Source: Song et al. (2021), equation (13); Karras et al. (2022), algorithm 1, for Heun's.
 * @example
 * const flow = samplers.probabilityFlow({ method: 'rk4', steps: 15 });
 * const theta = await estimator.given([[0.5, 1]]).sample(500, { seed: 3, sampler: flow }); // shape [500, 2]
 */
export function probabilityFlow(options: ReverseGridOptions & { method?: 'heun' | 'rk4' } = {}): Sampler {
  const { steps = 40, method = 'heun', lastStep } = objectOf('probabilityFlow: options', options);
  requireOneOf('probabilityFlow method', method, ['heun', 'rk4']);
  checkLastStep(lastStep);
  const id = `probabilityFlow(${method},${steps},${gridId(options)})`;
  return {
    id,
    needsDiffused: true,
    poolsParticles: false,
    descend: (schedule) => {
      const diffusion = diffusionOf(schedule, id);
      const ratios = logRatioGrid(diffusion, steps, options);
      // level 2k is that of step k, level 2k + 1 lies halfway to the next
      const halves = ratios.flatMap((u, k) => (k === 0 ? [u] : [(ratios[k - 1] + u) / 2, u]));
      const table = levelTable(diffusion, halves);
      const changes = ratios.slice(0, -1).map((u, k) => ratios[k + 1] - u);
      const last = table.at;
      return {
        name: id,
        calls: steps * (method === 'heun' ? 2 : 4) + (lastStep === 'none' ? 0 : 1),
        rounds: steps,
        start: (target, noise) => {
          const { scale } = vpTwin(diffusion.at(tf.scalar(diffusion.latest)));
          return { theta: tf.mul(scale, fromReference(target, diffusion, noise, id)) as tf.Tensor2D };
        },
        round: (target, { theta: v }, k) => {
          const h = table.number(changes, k);
          const velocity = (ahead: number, x: tf.Tensor2D): tf.Tensor2D =>
            flowVelocity(
              target,
              x,
              table.at(tf.add(tf.mul(k, tf.scalar(2, 'int32')), tf.scalar(ahead, 'int32')) as tf.Scalar),
            );
          const along = (share: number, slope: tf.Tensor): tf.Tensor2D => tf.add(v, tf.mul(tf.mul(share, h), slope));
          const k1 = velocity(0, v);
          if (method === 'heun') return { theta: along(0.5, tf.add(k1, velocity(2, along(1, k1)))) };
          const k2 = velocity(1, along(0.5, k1));
          const k3 = velocity(1, along(0.5, k2));
          const k4 = velocity(2, along(1, k3));
          return { theta: along(1 / 6, tf.addN([k1, tf.mul(2, k2), tf.mul(2, k3), k4])) };
        },
        finish: (target, { theta: v }) => {
          const level = last(tf.scalar(2 * steps, 'int32'));
          return finishAt(target, tf.div(v, vpTwin(level).scale) as tf.Tensor2D, level, lastStep);
        },
      };
    },
  };
}
