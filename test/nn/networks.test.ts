import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { initialWeights } from '../../lib/nn/network';
import { residualMlp } from '../../lib/nn/residual-mlp';
import { scoreNetwork } from '../../lib/nn/score/score-network';
import { timeEmbedding } from '../../lib/nn/embedding/time-embedding';
import { expectClose, normals, randomWeights } from './support';

const levels = vpLevels();

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

describe('residualMlp', () => {
  const options = { name: 'm', inputs: 3, outputs: 2, width: 8, hidden: 3, activation: 'tanh' as const };

  it('has its equations: h1 = f(x W1 + b1), hk = h + f(h Wk + bk), y = h W + b', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const network = residualMlp(options);
      const w = randomWeights(network.weights);
      const x = normals(5, 3);
      const layer = (h: tf.Tensor, k: number): tf.Tensor =>
        tf.add(tf.matMul(h as tf.Tensor2D, w[2 * k] as tf.Tensor2D), w[2 * k + 1]);
      let h = tf.tanh(layer(x, 0));
      for (const k of [1, 2]) h = tf.add(h, tf.tanh(layer(h, k)));
      expectClose(network.apply(w, x), layer(h, 3), 1e-6);
      expect(network.weights.map(({ shape }) => shape)).toEqual([[3, 8], [8], [8, 8], [8], [8, 8], [8], [8, 2], [2]]);
      expect(new Set(network.weights.map(({ name }) => name)).size).toBe(8);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('starts as the zero function where asked to, and not otherwise', () => {
    tf.tidy(() => {
      for (const zeroLast of [true, false]) {
        const network = residualMlp({ ...options, zeroLast });
        const largest = network
          .apply(initialWeights(network.weights, rng(1)), normals(5, 3))
          .abs()
          .max()
          .dataSync()[0];
        expect(largest === 0).toBe(zeroLast);
      }
    });
  });

  it('works with a single hidden layer', () => {
    tf.tidy(() => {
      const network = residualMlp({ ...options, hidden: 1 });
      expect(network.apply(initialWeights(network.weights, rng(1)), normals(4, 3)).shape).toEqual([4, 2]);
    });
  });
});

describe('timeEmbedding', () => {
  it('is sines of zero and cosines of one at t = 0', () => {
    expect(tf.tidy(() => timeEmbedding(tf.tensor2d([[0]]), 6).arraySync())).toEqual([[0, 0, 0, 1, 1, 1]]);
  });

  it('tells every two of the 400 levels apart, and has one length at all times', () => {
    tf.tidy(() => {
      const embedding = timeEmbedding(levels.at(tf.range(0, 401, 1, 'int32')).t, 64);
      expect(embedding.shape).toEqual([401, 64]);
      const products = tf.matMul(embedding, embedding, false, true).arraySync() as number[][];
      products.forEach((row, i) => {
        expect(row[i]).toBeCloseTo(32, 3);
        // |e_i - e_j|^2 = 2 (32 - <e_i, e_j>)
        expect(Math.max(...row.filter((_, j) => i !== j))).toBeLessThan(31.9);
      });
    });
  });

  it('works at its shortest', () => {
    expect(tf.tidy(() => timeEmbedding(tf.tensor2d([[0.25]]), 2).arraySync())[0].every(Number.isFinite)).toBe(true);
  });
});

describe('scoreNetwork', () => {
  it("has the paper's parts and the sizes that were asked for", () => {
    const shapes = scoreNetwork(
      { theta: 3, x: 7 },
      { width: 16, hidden: 2, embedding: 5, timeEmbedding: 8 },
    ).weights.map(({ name, shape }) => [name, shape.join()]);
    expect(Object.fromEntries(shapes)).toMatchObject({
      'theta/first/weights': '3,16',
      'theta/last/weights': '16,5',
      'x/first/weights': '7,16',
      'x/last/weights': '16,5',
      'head/theta': '5,16',
      'head/x': '5,16',
      'head/t': '8,16',
      'head/bias': '16',
      'head/last/weights': '16,3',
      'head/last/bias': '3',
    });
    const deeper = scoreNetwork({ theta: 3, x: 7 }, { width: 16, hidden: 3, embedding: 5, timeEmbedding: 8 }).weights
      .length;
    expect(deeper - shapes.length).toBe(3 * 2);
  });

  it('gives finite, differing outputs with each activation, and zero with zeroLast', () => {
    tf.tidy(() => {
      for (const activation of ['relu', 'elu', 'tanh', 'silu', 'linear'] as const) {
        for (const zeroLast of [false, true]) {
          const network = scoreNetwork({ theta: 2, x: 2 }, { width: 8, activation, zeroLast });
          const w = initialWeights(network.weights, rng(2));
          const sum = network
            .embedTheta(w, normals(4, 2))
            .add(network.embedX(w, normals(4, 2, 2)))
            .add(network.embedTime(w, levels.at(tf.scalar(7, 'int32'))));
          const out = network.last(w, network.trunk(w, sum as tf.Tensor2D)).dataSync();
          expect(out.every(Number.isFinite)).toBe(true);
          expect(new Set(out).size).toBe(zeroLast ? 1 : 8);
          if (zeroLast) expect(out[0]).toBe(0);
        }
      }
    });
  });

  it('gives of a sum of trunk outputs the sum of their noises', () => {
    tf.tidy(() => {
      const network = scoreNetwork({ theta: 2, x: 2 }, { width: 8 });
      const w = randomWeights(network.weights);
      const hidden = normals(5, 8);
      expectClose(network.last(w, hidden.sum(0, true), 5), network.last(w, hidden).sum(0, true), 1e-5);
    });
  });

  it('refuses sizes that are none, by name', () => {
    const dims = { theta: 2, x: 2 };
    for (const name of ['width', 'hidden', 'embedding'] as const) {
      for (const value of [0, -1, 1.5, NaN])
        expect(() => scoreNetwork(dims, { [name]: value })).toThrow(`scoreNetwork ${name}`);
    }
    for (const timeEmbedding of [0, 7, -2, NaN])
      expect(() => scoreNetwork(dims, { timeEmbedding })).toThrow(/positive even number/);
    expect(() => scoreNetwork(dims, { activation: 'sine' as 'relu' })).toThrow(InvalidInputError);
  });
});
