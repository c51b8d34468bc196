import * as tf from '@tensorflow/tfjs';
import { objectOf } from '../core/checks';
import { totalScore } from '../compose/composed-score';
import { levelTable, logRatioGrid } from '../diffusion/noise-grid';
import { foldKey, randomNormal } from '../graph/random';
import { checkLastStep, finishAt, fromReference, gridId, type ReverseGridOptions } from './reverse-grid';
import { diffusionOf, type Sampler } from './sampler';

/**
 * DPM-Solver++(2M) for the reverse diffusion or, with `stochastic: false`, for the probability flow; of order 2.
 *
 * Each step from level k takes the denoised mean D, linear in the log noise ratio through its last two values, and
 * everything else exactly: with step h in that ratio, theta <- std' / std e^{-h} theta + meanCoeff' (1 - e^{-2h}) D +
 * std' sqrt(1 - e^{-2h}) eta; without noise std' / std theta + meanCoeff' (1 - e^{-h}) D. A first-order step is one of
 * Gaussian transitions for n = 1.
 *
 * A score evaluation a step and one for the last.
 * @param options `steps`, default 50; `stochastic`, default true: noise forgets the errors of a learned score; and the
 * grid's, see {@link ReverseGridOptions}.
 * @throws InvalidInputError for options outside of their ranges, here or where the sampler meets its diffusion.
 * Source: Lu et al. (2022), "DPM-Solver++: fast solver for guided sampling of diffusion probabilistic models", section
 * 4.2 and algorithm 2.
 * @example
 * const sampler = dpmSolver({ steps: 25 });
 * const theta = await estimator.given([[0.5, 1]]).sample(500, { seed: 3, sampler }); // shape [500, 2]
 */
export function dpmSolver(options: ReverseGridOptions & { stochastic?: boolean } = {}): Sampler {
  const { steps = 50, lastStep, stochastic = true } = objectOf('dpmSolver: options', options);
  checkLastStep(lastStep);
  const id = `dpmSolver(${steps},${stochastic ? 'stochastic' : 'deterministic'},${gridId(options)})`;
  return denoisingSolver(id, 2, { ...options, steps, stochastic });
}

/**
 * DDIM: steps of the probability flow that hold the denoised mean D fixed, theta <- std' / std theta + meanCoeff' (1 -
 * e^{-h}) D: {@link dpmSolver} of order 1, without noise.
 *
 * A score evaluation a step and one for the last.
 * @param options `steps`, default 100; and the grid's, see {@link ReverseGridOptions}.
 * @throws InvalidInputError for options outside of their ranges, here or where the sampler meets its diffusion.
 * Source: Song, Meng and Ermon (2021), "Denoising diffusion implicit models", equation (12) without noise.
 * @example
 * const theta = await estimator.given([[0.5, 1]]).sample(500, { seed: 3, sampler: samplers.ddim() }); // shape [500, 2]
 */
export function ddim(options: ReverseGridOptions = {}): Sampler {
  const { steps = 100, lastStep } = objectOf('ddim: options', options);
  checkLastStep(lastStep);
  return denoisingSolver(`ddim(${steps},${gridId(options)})`, 1, { ...options, steps, stochastic: false });
}

/** The solver of the reverse diffusion or of the flow whose denoised mean is a polynomial through `order` values. */
function denoisingSolver(
  id: string,
  order: 1 | 2,
  { steps, stochastic, lastStep, ...grid }: ReverseGridOptions & { steps: number; stochastic: boolean },
): Sampler {
  return {
    id,
    needsDiffused: true,
    poolsParticles: false,
    descend: (schedule) => {
      const diffusion = diffusionOf(schedule, id);
      const ratios = logRatioGrid(diffusion, steps, grid);
      const table = levelTable(diffusion, ratios);
      const { meanCoeff, std } = table.values;
      const each = (value: (h: number, k: number) => number): number[] =>
        ratios.slice(0, -1).map((u, k) => value(u - ratios[k + 1], k));
      // 1 - e^{-2h} of the diffusion, 1 - e^{-h} of the flow
      const fresh = each((h) => -Math.expm1(stochastic ? -2 * h : -h));
      const keep = each((h, k) => (std[k + 1] / std[k]) * (stochastic ? Math.exp(-h) : 1));
      const towards = each((_, k) => meanCoeff[k + 1] * fresh[k]);
      const slope = each((h, k) => (k === 0 || order === 1 ? 0 : h / (2 * (ratios[k - 1] - ratios[k]))));
      const spread = each((_, k) => (stochastic ? std[k + 1] * Math.sqrt(fresh[k]) : 0));
      return {
        name: id,
        calls: lastStep === 'none' ? steps : steps + 1,
        rounds: steps,
        start: (target, noise) => {
          const theta = fromReference(target, diffusion, noise, id);
          return { theta, denoised: tf.zerosLike(theta) };
        },
        round: (target, { theta, denoised: before }, k, key) => {
          const level = table.at(k);
          const denoised = tf.div(
            tf.add(theta, tf.mul(tf.square(level.std), totalScore(target, theta, level))),
            level.meanCoeff,
          ) as tf.Tensor2D;
          const ahead = tf.add(denoised, tf.mul(table.number(slope, k), tf.sub(denoised, before as tf.Tensor2D)));
          const terms = [tf.mul(table.number(keep, k), theta), tf.mul(table.number(towards, k), ahead)];
          if (stochastic) {
            const noise = randomNormal(foldKey(key, tf.add(k, tf.scalar(1, 'int32')) as tf.Scalar), theta.shape);
            terms.push(tf.mul(table.number(spread, k), noise));
          }
          return { theta: tf.addN(terms) as tf.Tensor2D, denoised };
        },
        finish: (target, { theta }) => finishAt(target, theta, table.at(tf.scalar(steps, 'int32')), lastStep),
      };
    },
  };
}
