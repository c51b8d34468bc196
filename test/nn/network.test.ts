import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { initialWeights, namedParts } from '../../lib/nn/network';

describe('initialWeights', () => {
  it('are normal with the spread of their spec, seeded, and zero where the spec says so', () => {
    const specs = [
      { name: 'a', shape: [100, 100], initialStd: 0.3 },
      { name: 'b', shape: [7], initialStd: 0 },
    ];
    const [a, b] = initialWeights(specs, rng(1));
    const again = initialWeights(specs, rng(1));
    const values = a.dataSync<'float32'>();
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(Math.abs(variance / 0.09 - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length));
    expect(Array.from(b.dataSync())).toEqual(new Array(7).fill(0));
    expect(Array.from(again[0].dataSync())).toEqual(Array.from(values));
    tf.dispose([a, b, again]);
  });
});

describe('namedParts', () => {
  it('gives each part its share of the weights, parts without any too', () => {
    const spec = (name: string) => ({ name, shape: [1], initialStd: 0 });
    const { weights, of } = namedParts({ a: [spec('a0'), spec('a1')], none: [], b: [spec('b0')] });
    expect(weights.map(({ name }) => name)).toEqual(['a0', 'a1', 'b0']);
    const values = tf.tidy(() => weights.map((_, k) => tf.scalar(k)));
    expect([of(values, 'a'), of(values, 'none'), of(values, 'b')]).toEqual([values.slice(0, 2), [], [values[2]]]);
    tf.dispose(values);
  });
});
