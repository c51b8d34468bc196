import '@tensorflow/tfjs-node';
import { describe, expect, it, vi } from 'vitest';
import { NonFiniteError } from '../../../lib/core/errors';
import { normal } from '../../../lib/distributions/normal';
import * as langevin from '../../../lib/samplers/fisher-langevin';
import { quick, quiet, rowsOf, trained, withPosterior } from '../quick-estimator';

const prior = normal({ mean: [0, 0] });
const xs = [
  [0.1, 0.5],
  [0.2, 0.4],
];

describe('draws given several observations', () => {
  it('are by the predictor-corrector, with a warning, where the default diverges, unless a sampler was asked for', async () => {
    const real = langevin.fisherLangevin();
    const runaway = {
      ...real,
      descend: () => {
        throw new NonFiniteError('the particles ran away.');
      },
    };
    vi.spyOn(langevin, 'fisherLangevin').mockReturnValue(runaway);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const estimator = await trained(prior, { ...quick });
    warn.mockClear();
    await withPosterior(estimator, xs, async (posterior) => {
      const draws = await rowsOf(posterior.sample(300, { seed: 1, ...quiet }));
      expect(draws.flat().every(Number.isFinite)).toBe(true);
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/ran away\. This draw is by predictorCorrector/));
      const asked = posterior.sample(300, { seed: 1, sampler: runaway, ...quiet });
      await expect(asked).rejects.toThrow(NonFiniteError);
    });
    estimator.dispose();
    vi.restoreAllMocks();
  });
});
