import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { randomKey } from '../../../lib/graph/random';
import { setFlow, type SetFlowOptions } from '../../../lib/nn/density/set-flow';
import { expectClose, normals, randomWeights } from '../support';

describe('setFlow', () => {
  const dims = { theta: 2, x: 3 };
  const small: SetFlowOptions = { width: 16, hidden: 2, countEmbedding: 6, activation: 'tanh' };

  it("has the paper's parts and the sizes that were asked for", () => {
    const shapes = (options: SetFlowOptions): Record<string, string> =>
      Object.fromEntries(setFlow({ theta: 5, x: 3 }, options).weights.map(({ name, shape }) => [name, shape.join()]));
    const paper = shapes({});
    expect(paper).toMatchObject({
      'x/first/weights': '3,128',
      'x/residual1/weights': '128,128',
      'x/last/weights': '128,128',
      'flow/coupling0/first/weights': `${2 + 128 + 64},128`,
      'flow/coupling0/last/weights': '128,6',
      'flow/coupling1/first/weights': `${3 + 128 + 64},128`,
      'flow/coupling3/last/bias': '4',
    });
    expect(Object.keys(paper)).toHaveLength(8 + 4 * 8);
    expect(shapes({ width: 8, hidden: 1, embedding: 5, countEmbedding: 4, couplings: 2 })).toEqual({
      'x/first/weights': '3,8',
      'x/first/bias': '8',
      'x/last/weights': '8,5',
      'x/last/bias': '5',
      ...Object.fromEntries(
        [0, 1].flatMap((k) => [
          [`flow/coupling${k}/first/weights`, `${2 + k + 5 + 4},8`],
          [`flow/coupling${k}/first/bias`, '8'],
          [`flow/coupling${k}/last/weights`, `8,${6 - 2 * k}`],
          [`flow/coupling${k}/last/bias`, String(6 - 2 * k)],
        ]),
      ),
    });
  });

  it('is a density: it integrates to one on a grid', () => {
    tf.tidy(() => {
      const flow = setFlow(dims, small);
      const w = randomWeights(flow.weights);
      for (const n of [1, 4]) {
        const context = flow.contextOf(w, normals(n, 3, n));
        // as wide as the draws reach, so that the grid misses less than 1e-4
        const own = flow.densityWeights(w);
        const draws = flow.density.sample(own, randomKey(6), tf.tile(context, [10_000, 1]) as tf.Tensor2D);
        const [low, high] = [draws.min(0), draws.max(0)].map((each) => each.arraySync() as number[]);
        const [points, margin] = [400, 1];
        const axes = low.map((value, k) => {
          const step = (high[k] - value + 2 * margin) / points;
          return { step, at: Array.from({ length: points }, (_, i) => value - margin + (i + 0.5) * step) };
        });
        const grid = tf.tensor2d(axes[0].at.flatMap((a) => axes[1].at.map((b) => [a, b])));
        const mass = flow.density.logProb(own, grid, context).exp().sum().dataSync()[0] * axes[0].step * axes[1].step;
        expect(Math.abs(mass - 1)).toBeLessThan(2e-3);
      }
    });
  });

  it('gives one set the context that it has among padded ones, whatever stands behind it', () => {
    tf.tidy(() => {
      const flow = setFlow(dims, small);
      const w = randomWeights(flow.weights);
      const sizes = [1, 4, 2];
      const padded = normals(3, 4 * 3, 7);
      const contexts = flow.contexts(w, padded, tf.tensor2d(sizes, [3, 1]));
      sizes.forEach((size, i) => {
        const own = padded.slice([i, 0], [1, size * 3]).reshape([size, 3]) as tf.Tensor2D;
        expectClose(contexts.slice([i, 0], [1, -1]), flow.contextOf(w, own), 1e-5);
      });
      const others = tf.add(padded, tf.mul(100, tf.sub(1, tf.step(tf.sub(3, tf.range(0, 12)))))) as tf.Tensor2D;
      const changed = flow.contexts(w, others, tf.tensor2d([1, 1, 1], [3, 1]));
      expect(changed.arraySync()).toEqual(flow.contexts(w, padded, tf.tensor2d([1, 1, 1], [3, 1])).arraySync());
    });
  });

  it('does not look at the order of observations, but at their number', () => {
    tf.tidy(() => {
      const flow = setFlow(dims, small);
      const w = randomWeights(flow.weights);
      const x = normals(5, 3, 8);
      expectClose(flow.contextOf(w, x.reverse(0)), flow.contextOf(w, x), 1e-6);
      const twice = flow.contextOf(w, tf.concat([x, x]));
      const once = flow.contextOf(w, x);
      expectClose(twice.slice([0, 0], [1, 16]), once.slice([0, 0], [1, 16]), 1e-6);
      expect(tf.sub(twice, once).abs().max().dataSync()[0]).toBeGreaterThan(0.1);
    });
  });

  it('refuses invalid sizes by name', () => {
    for (const name of ['width', 'hidden', 'embedding', 'couplings'] as const) {
      for (const value of [0, -1, 1.5, NaN])
        expect(() => setFlow(dims, { [name]: value })).toThrow(`setFlow ${name}: expected a positive whole number`);
    }
    for (const countEmbedding of [0, 7, -2, NaN])
      expect(() => setFlow(dims, { countEmbedding })).toThrow(/setFlow countEmbedding.*positive even number/);
    expect(() => setFlow(dims, { activation: 'sine' as 'relu' })).toThrow(InvalidInputError);
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const flow = setFlow(dims, small);
      const w = randomWeights(flow.weights);
      const context = flow.contexts(w, normals(4, 6), tf.tensor2d([1, 2, 2, 1], [4, 1]));
      const own = flow.densityWeights(w);
      return [flow.density.logProb(own, normals(4, 2), context), flow.density.sample(own, randomKey(1), context)];
    }).forEach((each) => each.dispose());
    expect(tf.memory().numTensors).toBe(before);
  });
});
