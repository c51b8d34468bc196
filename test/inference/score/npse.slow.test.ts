import '@tensorflow/tfjs-node';
import { expect, it } from 'vitest';
import { npse } from '../../../lib/inference/score/npse';
import { squaredMmd } from '../../../lib/metrics/squared-mmd';
import { drawObservations } from '../../../lib/simulation/draw-observations';
import { gaussian10d } from '../../../lib/tasks/gaussian-linear';
import { simulate } from '../../../lib/simulation/simulate';

it(
  "is, with its default settings, within the project's target on the paper's 10-D Gaussian: squared MMD at most .01 for n = 1..8 at 10,000 calls",
  { timeout: 900_000 },
  async () => {
    const task = gaussian10d();
    const quiet = { progress: false };
    const seeds = [1, 2];
    const sums = new Array<number>(8).fill(0);
    for (const seed of seeds) {
      const sims = await simulate(task, 10_000, { seed, workers: 0, ...quiet });
      const estimator = await npse.train(sims, { prior: task.prior, seed, ...quiet });
      sims.dispose();
      const { xObs } = drawObservations(task, 8, seed);
      for (let n = 1; n <= 8; n++) {
        const posterior = estimator.given(xObs.slice(0, n));
        const [theta, truth] = [
          await posterior.sample(1000, { seed, ...quiet }),
          task.exactPosterior(xObs.slice(0, n)).sample(1000, seed + 100),
        ];
        sums[n - 1] += squaredMmd(theta, truth);
        theta.dispose();
        truth.dispose();
        posterior.dispose();
      }
      estimator.dispose();
    }
    const means = sums.map((sum) => sum / seeds.length);
    console.log('mean squared MMD for n = 1..8:', means.map((value) => value.toFixed(4)).join(' '));
    means.forEach((value, i) => expect(value, `n = ${i + 1}`).toBeLessThan(0.01));
  },
);
