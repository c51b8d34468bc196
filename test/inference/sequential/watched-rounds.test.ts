import '@tensorflow/tfjs-node';
import { expect, it } from 'vitest';
import { uniform } from '../../../lib/distributions/uniform';
import { inRounds } from '../../../lib/inference/sequential/in-rounds';
import { tsnpe } from '../../../lib/inference/sequential/tsnpe';
import { quiet } from '../quick-estimator';
import { densityWith } from './small-densities';

const prior = uniform({ lower: [-3, -3], upper: [3, 3] });
const model = { prior, simulator: ([a, b]: readonly number[]) => [a, b] };
const plan = { rounds: 2, calls: 400, seed: 3, stopWhenStill: false, ...quiet };
const narrow = tsnpe({
  density: densityWith(),
  truncation: { massOutside: 0.1, draws: 2000 },
  fit: { maxEpochs: 3, batchSize: 50 },
});

it('whoever wraps a method sees the region that each round draws from, and the run is the same', async () => {
  const inside: number[] = [];
  const estimates: number[] = [];
  let drawn: number[][] = [];
  const watched: typeof narrow = {
    ...narrow,
    propose: async (estimator, context) => {
      const proposal = await narrow.propose(estimator, context);
      const posterior = estimator.given(context.xObs);
      const sample = await posterior.sample(1000, { seed: 4, ...quiet });
      const among = await proposal.inside!(sample);
      estimates.push(among.length / 1000);
      sample.dispose();
      posterior.dispose();
      return {
        ...proposal,
        sample: async (count, options) => {
          const theta = await proposal.sample(count, options);
          drawn = theta.arraySync();
          inside.push((await proposal.inside!(theta)).length);
          return theta;
        },
      };
    },
  };
  const run = await inRounds(model, [[0.5, 0.5]], watched, plan);
  const alone = await inRounds(model, [[0.5, 0.5]], narrow, plan);
  expect(inside).toEqual([200]); // one region for two rounds, and every draw is inside
  expect(run.simulations.theta.arraySync().slice(200)).toEqual(drawn);
  expect(run.simulations.theta.arraySync()).toEqual(alone.simulations.theta.arraySync());
  // a tenth of the posterior is left out, up to 4 standard errors of a share over 1,000 draws
  expect(Math.abs(estimates[0] - 0.9)).toBeLessThan(4 * Math.sqrt(0.09 / 1000 + 0.09 / 2000));
  run.dispose();
  alone.dispose();
});
