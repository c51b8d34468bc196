import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { diffusedTruncatedNormal } from '../../lib/diffusion/diffused-truncated-normal';
import { normalMass } from '../../lib/maths/normal-mass';
import { evaluate, expectIntegrated, levelOf, stds } from './diffused-laws';

const laws = [
  { title: 'around its mean', mean: 0.5, std: 1, lower: -2, upper: 1.5 },
  { title: 'beside its mean', mean: 1, std: 0.5, lower: -3, upper: -1 },
  { title: 'much narrower than the normal law', mean: 0, std: 1, lower: 0.2, upper: 0.5 },
].map(({ title, mean, std, lower, upper }) => {
  const logMass = Math.log(normalMass((lower - mean) / std, (upper - mean) / std));
  const logNorm = logMass + Math.log(std) + 0.5 * Math.log(2 * Math.PI);
  return {
    title,
    upper,
    lower,
    density: diffusedTruncatedNormal({ mean: [mean], std: [std], lower: [lower], upper: [upper], logMass }),
    law: { logProb: (theta: number) => -0.5 * ((theta - mean) / std) ** 2 - logNorm, low: lower, high: upper },
  };
});

describe('diffusedTruncatedNormal', () => {
  it.each(laws)('is the integral over the box, at every level: $title', ({ density, law, lower, upper }) => {
    for (const std of stds.filter((value) => value < 1)) {
      const { a, s } = levelOf(std);
      const beyond = [0, 1, 10, 50].flatMap((steps) => [upper * a + steps * s, lower * a - steps * s]);
      expectIntegrated({ density, law, std }, [
        (0.5 * lower + 0.5 * upper) * a,
        (0.1 * lower + 0.9 * upper) * a,
        ...beyond,
      ]);
    }
  });

  it('is the noise alone at the noise end', () => {
    tf.tidy(() => {
      const { score } = evaluate(laws[0].density, [[0.3], [-2]], levelOf(1).tensors());
      expect(score[0][0]).toBeCloseTo(-0.3, 5);
      expect(score[1][0]).toBeCloseTo(2, 5);
    });
  });

  it('changes the variables before the noise', () => {
    const one = { mean: [1], std: [0.5], lower: [0], upper: [2], logMass: Math.log(normalMass(-2, 2)) };
    const other = { ...one, mean: [0], std: [0.25], lower: [-0.5], upper: [0.5] };
    tf.tidy(() => {
      const [received, expected] = [
        diffusedTruncatedNormal(one).standardised([1], [2]),
        diffusedTruncatedNormal(other),
      ].map((density) => evaluate(density, [[0.4], [-3]], levelOf(0.3).tensors()));
      received.score.flat().forEach((value, i) => expect(value).toBeCloseTo(expected.score.flat()[i], 4));
      received.logProb.forEach((value, i) => expect(value).toBeCloseTo(expected.logProb[i], 4));
    });
  });
});
