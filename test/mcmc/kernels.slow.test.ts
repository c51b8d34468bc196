import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { hmc } from '../../lib/mcmc/hmc';
import { mmdFloor, squaredMmd } from '../../lib/metrics/squared-mmd';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { mixture10d } from '../../lib/tasks/linear-mixture';
import { unnormalisedPosterior } from '../../lib/tasks/unnormalised-posterior';
import { estimate } from './chains-of';
import { run } from './quiet-run';

describe('the 10-D mixture posterior', () => {
  it('is sampled by hmc as the exact posterior: moments, and squared MMD at its floor', async () => {
    const task = mixture10d();
    const { xObs } = drawObservations(task, 4, 1);
    const exact = task.exactPosterior(xObs);
    const { rows, mixed, divergences } = await run(unnormalisedPosterior(task, xObs), hmc(), {
      initial: task.prior,
      chains: 64,
      warmup: 200,
      draws: 200,
    });
    expect(mixed).toBe(true);
    expect(divergences).toBe(0);
    for (let i = 0; i < 10; i++) {
      const moment = (power: 1 | 2): number =>
        exact.components.reduce((sum, { weight, component: { mean, covariance } }) => {
          return sum + weight * (power === 1 ? mean[i] : mean[i] ** 2 + covariance[i][i]);
        }, 0);
      for (const power of [1, 2] as const) {
        const { mean, error } = estimate(rows, 64, (row) => row[i] ** power);
        expect(Math.abs(mean - moment(power)) / error, `moment ${power} of ${i}`).toBeLessThan(4);
      }
    }
    const thinned = rows.filter((_, i) => i % 20 === 0);
    const reference = await exact.sample(thinned.length, { seed: 5 });
    const floor = await mmdFloor((seed) => exact.sample(thinned.length, { seed: seed + 100 }), { repeats: 5 });
    expect(squaredMmd(thinned, reference)).toBeLessThan(2 * floor.quantile95);
    reference.dispose();
  });
});
