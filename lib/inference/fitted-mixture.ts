import { rng } from '../core/rng';
import { mixture, type MixturePrior } from '../distributions/mixture';
import { normal, type NormalPrior } from '../distributions/normal';
import { expectationMaximisation, nearestCentres, type GaussianComponent } from '../maths/gaussian-mixture';

/** Gaussians at most. */
const mostComponents = 12;

/** The law of rows [N, D] as a mixture of as many Gaussians, up to 12, as expectation-maximisation keeps apart. */
export function fittedMixture(rows: readonly (Float32Array | Float64Array)[], seed: number): MixturePrior<NormalPrior> {
  return mixture(
    fittedComponents(rows, seed).map(({ weight, mean, covariance }) => ({
      weight,
      component: normal({ mean: Array.from(mean), covariance: covariance.map((row) => Array.from(row)) }),
    })),
  );
}

function fittedComponents(rows: readonly (Float32Array | Float64Array)[], seed: number): GaussianComponent[] {
  for (let parts = mostComponents; parts > 1; parts = Math.floor(parts / 2)) {
    const groups = nearestCentres(rows, parts, rng(seed).fork(parts));
    const found = expectationMaximisation(rows, groups, parts);
    if (found) return found;
  }
  return expectationMaximisation(rows, new Int32Array(rows.length), 1)!;
}
