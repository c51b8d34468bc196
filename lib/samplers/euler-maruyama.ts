import * as tf from '@tensorflow/tfjs';
import { objectOf } from '../core/checks';
import { totalScore } from '../compose/composed-score';
import { levelTable, logRatioGrid, timeOf } from '../diffusion/noise-grid';
import { foldKey, randomNormal } from '../graph/random';
import { checkLastStep, finishAt, fromReference, gridId, type ReverseGridOptions } from './reverse-grid';
import { diffusionOf, type Sampler } from './sampler';

/**
 * The Euler-Maruyama method for the reverse diffusion: theta <- theta - (f theta - g^2 s) dt + g sqrt(dt) eta, eta ~
 * N(0, I), of weak order 1.
 *
 * A score evaluation a step and one for the last.
 * @param options `steps`, default 200, and the grid's; see {@link ReverseGridOptions}.
 * @throws InvalidInputError for options outside of their ranges, here or where the sampler meets its diffusion.
 * Source: Song et al. (2021), equation (6).
 * @example
 * const sampler = samplers.eulerMaruyama({ steps: 50 });
 * const theta = await estimator.given([[0.5, 1]]).sample(500, { seed: 3, sampler }); // shape [500, 2]
 */
export function eulerMaruyama(options: ReverseGridOptions = {}): Sampler {
  const { steps = 200, lastStep } = objectOf('eulerMaruyama: options', options);
  checkLastStep(lastStep);
  const id = `eulerMaruyama(${steps},${gridId(options)})`;
  return {
    id,
    needsDiffused: true,
    poolsParticles: false,
    descend: (schedule) => {
      const diffusion = diffusionOf(schedule, id);
      const ratios = logRatioGrid(diffusion, steps, options);
      const table = levelTable(diffusion, ratios);
      const times = ratios.map((u) => timeOf(diffusion, u));
      const each = (value: (t: number, dt: number) => number): number[] =>
        times.slice(0, -1).map((t, k) => value(t, t - times[k + 1]));
      const keep = each((t, dt) => 1 - diffusion.drift(t) * dt);
      const variance = each((t, dt) => diffusion.diffusion(t) ** 2 * dt);
      return {
        name: id,
        calls: lastStep === 'none' ? steps : steps + 1,
        rounds: steps,
        start: (target, noise) => ({ theta: fromReference(target, diffusion, noise, id) }),
        round: (target, { theta }, k, key) => {
          const square = table.number(variance, k);
          return {
            theta: tf.addN([
              tf.mul(table.number(keep, k), theta),
              tf.mul(square, totalScore(target, theta, table.at(k))),
              tf.mul(
                tf.sqrt(square),
                randomNormal(foldKey(key, tf.add(k, tf.scalar(1, 'int32')) as tf.Scalar), theta.shape),
              ),
            ]) as tf.Tensor2D,
          };
        },
        finish: (target, { theta }) => finishAt(target, theta, table.at(tf.scalar(steps, 'int32')), lastStep),
      };
    },
  };
}
