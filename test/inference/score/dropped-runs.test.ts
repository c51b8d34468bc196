import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import { npse } from '../../../lib/inference/score/npse';
import type { Model } from '../../../lib/simulation/model';
import { simulate } from '../../../lib/simulation/simulate';
import { quiet } from '../quick-estimator';

const prior = normal({ mean: [0], std: [1] });
const noisy: Model = { prior, simulator: ([theta], rng) => [theta + rng.normal()] };
/** Runs are valid where theta is positive. */
const halfValid: Model = {
  prior,
  simulator: ([theta], rng) => [theta > 0 ? theta + rng.normal() : NaN],
};

async function emulatedOf(model: Model): Promise<unknown> {
  const simulations = await simulate(model, 300, { seed: 1, workers: 0, invalid: 'drop', mostInvalid: 1, ...quiet });
  const fit = { maxEpochs: 2 };
  const estimator = await npse.train(simulations, {
    prior,
    seed: 1,
    ...npse.emulatedSettings,
    emulated: 1,
    fit,
    ...quiet,
  });
  const { emulated } = estimator.config.training;
  estimator.dispose();
  simulations.dispose();
  return emulated;
}

describe('emulated pairs', () => {
  it('are left out where simulations were dropped, since they would fill what runs leave empty', async () => {
    expect(await emulatedOf(halfValid)).toBe(0);
  });

  it('are tried where all runs are valid', async () => {
    const simulations = await simulate(noisy, 300, { seed: 1, workers: 0, ...quiet });
    const options = { prior, seed: 1, emulated: 1, fit: { maxEpochs: 2 }, ...quiet };
    const estimator = await npse.train(simulations, options);
    expect(estimator.fit.parts?.length).toBeGreaterThan(1);
    estimator.dispose();
    simulations.dispose();
  });
});
