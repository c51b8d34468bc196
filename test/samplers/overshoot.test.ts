import '@tensorflow/tfjs-node';
import { describe, expect, it, vi } from 'vitest';
import { NonFiniteError } from '../../lib/core/errors';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { gaussianTransitions } from '../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../lib/samplers/predictor-corrector';
import { gaussianCase, matrix, momentsOf } from './exact-target';

describe('draws with many informative observations', () => {
  const informative = (n: number, noise: number) =>
    gaussianCase(
      Array.from({ length: n }, (_, j) => [0.5 + 0.1 * Math.sin(j), -1 + 0.1 * Math.cos(j)]),
      matrix(2, (i, j) => (i === j ? noise : 0)),
    );

  /** The draws' standard deviation over the true one, with what was warned of. */
  async function widthOf(n: number, noise: number, count: number, sampler = gaussianTransitions()) {
    const target = informative(n, noise);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const { covariance } = await momentsOf(target.composed, sampler, 500, { levels: vpLevels({ count }) });
      return {
        width: Math.sqrt(covariance[0][0] / target.covariance[0][0]),
        warnings: warn.mock.calls.map(([text]) => String(text)),
      };
    } finally {
      warn.mockRestore();
    }
  }

  it('warn once where gaussianTransitions overshoots so far that it is unstable', async () => {
    const { width, warnings } = await widthOf(50, 0.1, 100);
    expect(width).toBeGreaterThan(2);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/gaussianTransitions was unstable.*times -1\.\d+.*50 of them.*predictorCorrector\(\)/s);
  });

  it.each([
    { n: 50, noise: 0.1, count: 400 },
    { n: 8, noise: 1, count: 400 },
    { n: 32, noise: 1, count: 20 },
  ])('do not warn where it is stable: $n of noise variance $noise at $count levels', async ({ n, noise, count }) => {
    const { width, warnings } = await widthOf(n, noise, count);
    expect(warnings).toEqual([]);
    expect(width).toBeLessThan(1.1);
  });

  it('do not warn of predictorCorrector, which holds', async () => {
    const { width, warnings } = await widthOf(50, 0.1, 100, predictorCorrector());
    expect(warnings).toEqual([]);
    expect(Math.abs(width - 1)).toBeLessThan(0.2);
  });

  it('throw where gaussianTransitions explodes, though its particles are finite', async () => {
    const error = await widthOf(50, 0.01, 400).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NonFiniteError);
    const { message } = error as Error;
    expect(message).toMatch(/gaussianTransitions diverged at level \d+ of 400: particle \d+ came to \[[^N]*\]/);
    expect(Number(/\[(-?[\d.e+]+)/.exec(message)?.[1])).not.toBeNaN();
  });
});
