import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { rng } from '../../../lib/core/rng';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { initialWeights } from '../../../lib/nn/network';
import { paperNetwork } from '../../../lib/nn/score/paper-network';
import { expectClose, normals, randomWeights } from '../support';

const levels = vpLevels();
const alone = { dims: { theta: 2, x: 2 }, seesDistance: false, isCorrection: false };

describe('the network of the paper', () => {
  it("has the paper's parts and the sizes that were asked for", () => {
    const weightsOf = (hidden: number) =>
      paperNetwork({ width: 16, hidden, embedding: 5, timeEmbedding: 8 }).build({ ...alone, dims: { theta: 3, x: 7 } })
        .weights;
    const shapes = weightsOf(2).map(({ name, shape }) => [name, shape.join()]);
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
    expect(weightsOf(3).length - shapes.length).toBe(3 * 2);
  });

  it('gives finite, differing outputs with each activation, and starts at zero as a correction', () => {
    tf.tidy(() => {
      for (const activation of ['relu', 'elu', 'tanh', 'silu', 'linear'] as const) {
        for (const isCorrection of [false, true]) {
          const network = paperNetwork({ width: 8, activation }).build({ ...alone, isCorrection });
          const w = initialWeights(network.weights, rng(2));
          const sum = network
            .embedTheta(w, normals(4, 2))
            .add(network.embedX(w, normals(4, 2, 2)))
            .add(network.embedTime(w, levels.at(tf.scalar(7, 'int32'))));
          const out = network.last(w, network.trunk(w, sum as tf.Tensor2D)).dataSync();
          expect(out.every(Number.isFinite)).toBe(true);
          expect(new Set(out).size).toBe(isCorrection ? 1 : 8);
          if (isCorrection) expect(out[0]).toBe(0);
        }
      }
    });
  });

  it('gives of a sum of trunk outputs the sum of their noises', () => {
    tf.tidy(() => {
      const network = paperNetwork({ width: 8 }).build(alone);
      const w = randomWeights(network.weights);
      const hidden = normals(5, 8);
      expectClose(network.last(w, hidden.sum(0, true), 5), network.last(w, hidden).sum(0, true), 1e-5);
    });
  });

  it('is named by its settings, and is the same where there are more pairs', () => {
    const network = paperNetwork({ width: 8 });
    expect(network.spec).toEqual({ name: 'paper', width: 8 });
    expect(network.unregularised()).toBe(network);
  });

  it('refuses invalid sizes by name', () => {
    for (const name of ['width', 'hidden', 'embedding'] as const) {
      for (const value of [0, -1, 1.5, NaN])
        expect(() => paperNetwork({ [name]: value })).toThrow(`paperNetwork ${name}`);
    }
    for (const timeEmbedding of [0, 7, -2, NaN])
      expect(() => paperNetwork({ timeEmbedding })).toThrow(/positive even number/);
    expect(() => paperNetwork({ activation: 'sine' as 'relu' })).toThrow(InvalidInputError);
  });
});
