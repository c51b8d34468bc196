import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { rng } from '../../../lib/core/rng';
import { compile } from '../../../lib/graph/compile';
import { randomKey, type Key } from '../../../lib/graph/random';
import * as densities from '../../../lib/nn/density/index';
import type { DensityDefinition } from '../../../lib/nn/density/density-definition';
import { restoreDensity } from '../../../lib/nn/density/restore-density';
import { initialWeights } from '../../../lib/nn/network';
import { expectClose, normals, randomWeights } from '../support';

const size = { width: 16, hidden: 2 } as const;
/** Every density, small. */
const all: Record<string, DensityDefinition> = {
  realNvp: densities.realNvp({ couplings: 3, ...size }),
  mixture: densities.mixture({ components: 3, ...size }),
  maskedAutoregressive: densities.maskedAutoregressive({ transforms: 2, ...size }),
  splineCoupling: densities.splineCoupling({ transforms: 2, bins: 5, ...size }),
  splineAutoregressive: densities.splineAutoregressive({ transforms: 2, bins: 5, ...size }),
};
const context = normals(1, 3, 3);

/** The midpoints of a grid of cells in [-reach, reach]^dim, and the volume of a cell. */
function gridOf(dim: number, cells: number, reach: number): { grid: tf.Tensor2D; volume: number } {
  const step = (2 * reach) / cells;
  const at = Array.from({ length: cells }, (_, i) => -reach + (i + 0.5) * step);
  const rows = dim === 1 ? at.map((a) => [a]) : at.flatMap((a) => at.map((b) => [a, b]));
  return { grid: tf.tensor2d(rows), volume: step ** dim };
}

describe.each(Object.entries(all))('%s', (_, definition) => {
  it.each([1, 2])('integrates to one on a grid, in %d dimensions', (dim) => {
    tf.tidy(() => {
      const density = definition.build({ name: 'q', dim, context: 3 });
      const weights = randomWeights(density.weights).map((each) => tf.mul(0.6, each));
      const { grid, volume } = gridOf(dim, dim === 1 ? 4000 : 300, 9);
      const mass = density.logProb(weights, grid, context).exp().sum().dataSync()[0] * volume;
      expect(Math.abs(mass - 1)).toBeLessThan(5e-3);
    });
  });

  it.each([1, 3])('has draws and density of one law, in %d dimensions', (dim) => {
    // E q0 / q over the draws is the mass of any other density q0
    const count = 20_000;
    tf.tidy(() => {
      const density = definition.build({ name: 'q', dim, context: 3 });
      const weights = randomWeights(density.weights).map((each) => tf.mul(0.6, each));
      const contexts = tf.tile(context, [count, 1]) as tf.Tensor2D;
      const draws = density.sample(weights, randomKey(1), contexts);
      // a normal as wide as half of the draws has lighter tails, so that the ratio has a variance
      const { mean, variance } = tf.moments(draws, 0);
      const half = tf.div(tf.sqrt(variance), 2);
      const squares = tf.sum(tf.square(tf.div(tf.sub(draws, mean), half)), 1);
      const logOther = tf.sub(tf.mul(-0.5, squares), tf.add(tf.sum(tf.log(half)), (dim / 2) * Math.log(2 * Math.PI)));
      const ratios = tf.exp(tf.sub(logOther, density.logProb(weights, draws, contexts)));
      const spread = tf.moments(ratios);
      const error = 4 * Math.sqrt(spread.variance.dataSync()[0] / count);
      expect(error).toBeLessThan(0.15);
      expect(Math.abs(spread.mean.dataSync()[0] - 1)).toBeLessThan(error);
    });
  });

  it('starts near the standard normal law, and follows its context', () => {
    tf.tidy(() => {
      const density = definition.build({ name: 'q', dim: 4, context: 3 });
      const theta = normals(50, 4, 2);
      const standard = tf.sub(tf.mul(-0.5, tf.sum(tf.square(theta), 1)), 2 * Math.log(2 * Math.PI));
      const first = density.logProb(initialWeights(density.weights, rng(1)), theta, context);
      expect(tf.mean(tf.abs(tf.sub(first, standard))).dataSync()[0]).toBeLessThan(0.5);
      const weights = randomWeights(density.weights);
      const [one, other] = [context, normals(1, 3, 8)].map((at) => density.logProb(weights, theta, at));
      expect(tf.mean(tf.abs(tf.sub(one, other))).dataSync()[0]).toBeGreaterThan(1e-2);
    });
  });

  it('does the same in a compiled graph, one context for each row or one for all, and for the same key', () => {
    const density = definition.build({ name: 'q', dim: 3, context: 3 });
    const draw = compile((w: tf.Tensor[], key: Key, at: tf.Tensor2D) => density.sample(w, key, at));
    const logProb = compile((w: tf.Tensor[], theta: tf.Tensor2D, at: tf.Tensor2D) => density.logProb(w, theta, at));
    tf.tidy(() => {
      const weights = randomWeights(density.weights).map((each) => tf.mul(0.6, each));
      const contexts = tf.tile(context, [20, 1]) as tf.Tensor2D;
      const eager = density.sample(weights, randomKey(1), contexts);
      expectClose(draw(weights, randomKey(1), contexts), eager, 1e-4);
      expect(Array.from(draw(weights, randomKey(2), contexts).dataSync())).not.toEqual(Array.from(eager.dataSync()));
      const told = density.logProb(weights, eager, contexts);
      expectClose(logProb(weights, eager, contexts), told, 1e-4);
      expectClose(logProb(weights, eager, context), told, 1e-4);
    });
    draw.dispose();
    logProb.dispose();
  });

  it('is the same read back from its spec', () => {
    const again = restoreDensity(JSON.parse(JSON.stringify(definition.spec)));
    expect(again.spec).toEqual(definition.spec);
    const shape = { name: 'q', dim: 3, context: 3 };
    expect(again.build(shape).weights).toEqual(definition.build(shape).weights);
  });

  it('leaves no tensors behind', () => {
    const density = definition.build({ name: 'q', dim: 2, context: 3 });
    const weights = randomWeights(density.weights);
    const before = tf.memory().numTensors;
    tf.dispose(
      tf.tidy(() => {
        const draws = density.sample(weights, randomKey(1), context);
        const gradient = tf.grads((...w: tf.Tensor[]) => tf.sum(density.logProb(w, draws, context)))(weights);
        return [draws, ...gradient];
      }),
    );
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(weights);
  });
});

describe('many dimensions', () => {
  it.each(['maskedAutoregressive', 'splineCoupling', 'mixture'])('are drawn and weighed by %s', (name) => {
    tf.tidy(() => {
      const density = all[name].build({ name: 'q', dim: 100, context: 3 });
      const weights = initialWeights(density.weights, rng(1));
      const contexts = tf.tile(context, [4, 1]) as tf.Tensor2D;
      const draws = density.sample(weights, randomKey(1), contexts);
      expect(draws.shape).toEqual([4, 100]);
      const each = density.logProb(weights, draws, contexts).dataSync();
      // -E |z|^2 / 2 - 50 log(2 pi), with a standard deviation of sqrt(50)
      each.forEach((value) => expect(Math.abs(value + 50 * (1 + Math.log(2 * Math.PI)))).toBeLessThan(50));
    });
  });
});

describe('the Gaussians of a mixture', () => {
  const density = densities.mixture({ components: 3, ...size }).build({ name: 'q', dim: 3, context: 3 });
  const weights = randomWeights(density.weights);

  it('have weights that add up to one, and factors of precisions that give the log density', () => {
    tf.tidy(() => {
      const theta = normals(5, 3, 2);
      const { logWeights, mean, factor } = density.components(weights, context);
      expect([logWeights.shape, mean.shape, factor.shape]).toEqual([
        [1, 3],
        [1, 3, 3],
        [1, 3, 3, 3],
      ]);
      expectClose(tf.sum(tf.exp(logWeights), 1), tf.tensor1d([1]), 1e-6);
      const L = factor.arraySync()[0];
      L.forEach((each) =>
        each.forEach((row, i) =>
          row.forEach((value, j) => {
            if (j > i) expect(value).toBe(0);
            if (j === i) expect(value).toBeGreaterThan(0);
          }),
        ),
      );
      const expected = theta.arraySync().map((at) =>
        Math.log(
          L.reduce((sum, each, k) => {
            const offset = at.map((value, i) => value - mean.arraySync()[0][k][i]);
            // |L^T (theta - m)|^2, and the product of the diagonal
            const square = [0, 1, 2].reduce(
              (total, j) => total + offset.reduce((z, value, i) => z + each[i][j] * value, 0) ** 2,
              0,
            );
            const root = each.reduce((product, row, i) => product * row[i], 1);
            const weight = Math.exp(logWeights.arraySync()[0][k]);
            return sum + weight * root * Math.exp(-square / 2) * (2 * Math.PI) ** -1.5;
          }, 0),
        ),
      );
      expectClose(density.logProb(weights, theta, context), tf.tensor1d(expected), 1e-5);
    });
  });

  it('tell a mixture from other densities', () => {
    expect(densities.isMixture(density)).toBe(true);
    expect(densities.isMixture(all.realNvp.build({ name: 'q', dim: 2, context: 1 }))).toBe(false);
  });
});

describe('the settings of a density', () => {
  it.each([
    ['mixture', () => densities.mixture({ components: 0 })],
    ['maskedAutoregressive', () => densities.maskedAutoregressive({ transforms: 1.5 })],
    ['splineCoupling bins', () => densities.splineCoupling({ bins: 1 })],
    ['splineCoupling tail', () => densities.splineCoupling({ tail: 0 })],
    ['splineAutoregressive', () => densities.splineAutoregressive({ width: -1 })],
    ['activation', () => densities.mixture({ activation: 'sine' as never })],
  ])('are refused where they make no sense: %s', (_, make) => {
    expect(make).toThrow(InvalidInputError);
  });

  it('are refused of a density that is not known', () => {
    expect(() => restoreDensity({ name: 'glow' })).toThrow(/density: expected one of the library/);
  });
});
