import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { mmdByChance } from '../../lib/metrics/mmd-by-chance';
import { squaredMmd } from '../../lib/metrics/squared-mmd';

const rows = 60;
const drawn = (seed: number, centre = 0): tf.Tensor2D => priorSamples(normal({ mean: [centre, 0] }), rows, seed);

describe('mmdByChance', () => {
  it('has the unbiased squared MMD', () => {
    const [a, b] = [drawn(1), drawn(2, 0.5)];
    // all rows have a part in the median distance
    expect(mmdByChance(a, b, 1).squaredMmd).toBeCloseTo(squaredMmd(a, b), 5);
    tf.dispose([a, b]);
  });

  it('is below what it is by chance in 19 of 20 pairs of samples of one law', () => {
    const before = tf.memory().numTensors;
    const pairs = 200;
    let below = 0;
    for (let i = 0; i < pairs; i++) {
      const [a, b] = [drawn(2 * i), drawn(2 * i + 1)];
      const { squaredMmd: value, byChance } = mmdByChance(a, b, i);
      if (value <= byChance) below++;
      tf.dispose([a, b]);
    }
    expect(Math.abs(below / pairs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / pairs));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is far above it for a law that has moved by its width', () => {
    const [a, b] = [drawn(1), drawn(2, 1)];
    const { squaredMmd: value, byChance } = mmdByChance(a, b, 1);
    expect(value).toBeGreaterThan(4 * byChance);
    tf.dispose([a, b]);
  });
});
