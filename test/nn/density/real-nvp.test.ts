import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { rng } from '../../../lib/core/rng';
import { initialWeights } from '../../../lib/nn/network';
import { realNvp, type RealNvpOptions } from '../../../lib/nn/density/real-nvp';
import { setFlow, type SetFlowOptions } from '../../../lib/nn/density/set-flow';
import { expectClose, normals, randomWeights } from '../support';

const base: RealNvpOptions = {
  name: 'flow',
  dim: 3,
  context: 2,
  width: 16,
  hidden: 3,
  activation: 'tanh',
  couplings: 4,
};

describe('realNvp', () => {
  it.each([2, 3, 4, 7])('is undone by its inverse, both ways, in %d dimensions', (dim) => {
    tf.tidy(() => {
      for (const activation of ['tanh', 'relu', 'silu'] as const) {
        const flow = realNvp({ ...base, dim, activation });
        // far off the identity, but not so far that float32 cannot find back
        const w = randomWeights(flow.weights).map((each) => tf.mul(0.6, each));
        for (const context of [normals(50, 2, 3), normals(1, 2, 3)]) {
          const theta = normals(50, dim, 2);
          const { z } = flow.forward(w, theta, context);
          expect(tf.max(tf.abs(tf.sub(z, theta))).dataSync()[0]).toBeGreaterThan(0.1);
          expectClose(flow.inverse(w, z, context), theta, 1e-4);
          expectClose(flow.forward(w, flow.inverse(w, theta, context), context).z, theta, 1e-4);
        }
      }
    });
  });

  it('starts as the identity', () => {
    tf.tidy(() => {
      const flow = realNvp(base);
      const w = initialWeights(flow.weights, rng(1));
      const theta = normals(5, 3);
      const { z, logDet } = flow.forward(w, theta, normals(5, 2));
      expect(z.arraySync()).toEqual(theta.arraySync());
      expect(Array.from(logDet.dataSync())).toEqual([0, 0, 0, 0, 0]);
    });
  });

  it('tells the logarithm of the determinant of its Jacobian, by central differences', () => {
    tf.tidy(() => {
      const flow = realNvp(base);
      const w = randomWeights(flow.weights);
      const context = normals(1, 2, 3);
      const theta = normals(20, 3, 4);
      const step = 0.01;
      const told = flow.forward(w, theta, context).logDet.dataSync();
      // float32 leaves differences of 2 step about 1e-7 / 1e-2 of error, and the third derivatives step^2 of theirs
      const columns = [0, 1, 2].map((k) => {
        const shift = tf.tensor2d([[0, 0, 0].map((_, i) => (i === k ? step : 0))]);
        const at = (moved: tf.Tensor): tf.Tensor2D => flow.forward(w, moved as tf.Tensor2D, context).z;
        return at(tf.add(theta, shift))
          .sub(at(tf.sub(theta, shift)))
          .div(2 * step)
          .arraySync() as number[][];
      });
      const changed = Array.from({ length: 20 }, (_, i) => {
        const [a, b, c] = columns.map((column) => column[i]);
        const determinant =
          a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1]);
        expect(Math.abs(Math.log(Math.abs(determinant)) - told[i])).toBeLessThan(5e-3);
        return Math.abs(told[i]);
      });
      expect(Math.max(...changed)).toBeGreaterThan(0.3);
    });
  });

  it('changes every dimension, each given the others, and follows the context', () => {
    tf.tidy(() => {
      const flow = realNvp(base);
      const w = randomWeights(flow.weights);
      const theta = normals(4, 3, 2);
      const context = normals(1, 2, 3);
      const z = flow.forward(w, theta, context).z;
      const difference = (other: tf.Tensor2D): number[] => z.sub(other).abs().min(0).arraySync() as number[];
      for (let k = 0; k < 3; k++) {
        const moved = tf.add(theta, tf.oneHot(tf.tensor1d([k], 'int32'), 3)) as tf.Tensor2D;
        difference(flow.forward(w, moved, context).z).forEach((value) => expect(value).toBeGreaterThan(1e-4));
      }
      difference(flow.forward(w, theta, tf.add(context, 1) as tf.Tensor2D).z).forEach((value) =>
        expect(value).toBeGreaterThan(1e-4),
      );
    });
  });

  it('keeps its scale within bounds, whatever its weights', () => {
    tf.tidy(() => {
      const flow = realNvp(base);
      const huge = randomWeights(flow.weights).map((w) => tf.mul(1e3, w));
      const { z, logDet } = flow.forward(huge, normals(50, 3), normals(50, 2));
      expect(z.dataSync().every(Number.isFinite)).toBe(true);
      // 4 for each of the 2 dimensions in two layers and of the 1 in two others
      expect(Math.max(...logDet.abs().dataSync())).toBeLessThanOrEqual(4 * 6 + 1e-4);
    });
  });
});

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
        const draws = flow.draw(w, normals(10_000, 2, 6), context);
        const [low, high] = [draws.min(0), draws.max(0)].map((each) => each.arraySync() as number[]);
        const [points, margin] = [400, 1];
        const axes = low.map((value, k) => {
          const step = (high[k] - value + 2 * margin) / points;
          return { step, at: Array.from({ length: points }, (_, i) => value - margin + (i + 0.5) * step) };
        });
        const grid = tf.tensor2d(axes[0].at.flatMap((a) => axes[1].at.map((b) => [a, b])));
        const mass = flow.logProb(w, grid, context).exp().sum().dataSync()[0] * axes[0].step * axes[1].step;
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

  it('refuses sizes that are none, by name', () => {
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
      return [flow.logProb(w, normals(4, 2), context), flow.draw(w, normals(4, 2), context)];
    }).forEach((each) => each.dispose());
    expect(tf.memory().numTensors).toBe(before);
  });
});
