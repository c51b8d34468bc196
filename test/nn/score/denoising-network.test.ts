import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { rng } from '../../../lib/core/rng';
import { straightPath } from '../../../lib/diffusion/straight-path';
import { vpLinear } from '../../../lib/diffusion/vp';
import { randomKey } from '../../../lib/graph/random';
import { denoisingNetwork, type DenoisingNetworkOptions } from '../../../lib/nn/score/denoising-network';
import { leastSquaresGaussian } from '../../../lib/nn/score/linear-gaussian';
import { initialWeights } from '../../../lib/nn/network';
import { noiseEmbedding } from '../../../lib/nn/score/noise-embedding';
import { edm } from '../../../lib/nn/score/parameterisations';
import { predictNoise, scoreModel } from '../../../lib/nn/score/score-model';
import { expectClose, normals, randomWeights } from '../support';

const dims = { theta: 3, x: 6 };
const small = { width: 8, blocks: 2, hidden: 1, dropout: 0.5 };
const blind = { dims, seesDistance: false, isCorrection: true };
const level = vpLinear().atLogRatio(tf.tensor1d([-2, -1, 0, 1, 2]));
const gaussian = leastSquaresGaussian(normals(50, 3, 8), normals(50, 6, 9));

describe('the denoising network', () => {
  it.each<[string, DenoisingNetworkOptions]>([
    ['of a vector', {}],
    ['of a set', { exchangeable: 3 }],
  ])('starts as the zero function, and depends on all that it sees once trained: %s', (_, options) => {
    const model = scoreModel(denoisingNetwork({ ...small, ...options }), edm(), dims, { gaussian });
    const { network } = model;
    const predict = (weights: tf.Tensor[], theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D =>
      predictNoise(model, { network: weights, closedForm: { gaussian } }, { theta, level, x }, randomKey(1));
    tf.tidy(() => {
      const [theta, x] = [normals(5, 3, 2), normals(5, 6, 3)];
      const first = initialWeights(network.weights, rng(1));
      const output = network.last(first, network.trunk(first, normals(5, 8, 4)));
      expect(Array.from(output.dataSync())).toEqual(new Array(15).fill(0));
      const trained = randomWeights(network.weights);
      const base = predict(trained, theta, x);
      for (let i = 0; i < trained.length; i++) {
        const changed = trained.map((weight, k) => (k === i ? tf.add(weight, 0.3) : weight));
        expect(tf.max(tf.abs(tf.sub(predict(changed, theta, x), base))).dataSync()[0]).toBeGreaterThan(1e-5);
      }
    });
  });

  it('has weights for the distance from a Gaussian where it may see one', () => {
    const names = (seesDistance: boolean): string[] =>
      denoisingNetwork(small)
        .build({ ...blind, seesDistance })
        .weights.map(({ name }) => name);
    expect(names(true).filter((name) => !names(false).includes(name))).toEqual(['head/residual/weights']);
  });

  it('is named by its settings, and goes without dropout where there are more pairs, unless it was asked for', () => {
    expect(denoisingNetwork({ width: 8 }).spec).toEqual({ name: 'denoising', width: 8 });
    expect(denoisingNetwork({ width: 8 }).unregularised().spec).toEqual({ name: 'denoising', width: 8, dropout: 0 });
    expect(denoisingNetwork({ dropout: 0.3 }).unregularised().spec).toEqual({ name: 'denoising', dropout: 0.3 });
  });

  it('of exchangeable parts does not look at their order, but at the order within each', () => {
    const network = denoisingNetwork({ ...small, exchangeable: 3 }).build(blind);
    const weights = randomWeights(network.weights);
    const vector = denoisingNetwork(small).build(blind);
    const ofVector = randomWeights(vector.weights);
    tf.tidy(() => {
      const x = normals(4, 6, 3);
      const permuted = tf.gather(x, [4, 5, 0, 1, 2, 3], 1);
      const mixed = tf.gather(x, [1, 0, 2, 3, 4, 5], 1);
      const embedded = network.embedX(weights, x);
      // the sum of three terms in another order
      expectClose(network.embedX(weights, permuted), embedded, 1e-6);
      expect(() => expectClose(network.embedX(weights, mixed), embedded, 1e-2)).toThrow();
      const own = vector.embedX(ofVector, x);
      expect(() => expectClose(vector.embedX(ofVector, permuted), own, 1e-2)).toThrow();
    });
  });

  it('sees of a level only its noise ratio, whatever the diffusion', () => {
    tf.tidy(() => {
      const ratios = tf.tensor1d([-4, -1, 0, 2]);
      const [vp, straight] = [vpLinear().atLogRatio(ratios), straightPath().atLogRatio(ratios)];
      expectClose(noiseEmbedding(straight), noiseEmbedding(vp), 1e-5);
      expectClose(noiseEmbedding(vp).slice([0, 0], [-1, 1]).as1D(), tf.div(ratios, 4), 1e-5);
    });
  });

  it('refuses invalid sizes, a share of dropout outside of [0, 1), and parts that do not make up x', () => {
    for (const wrong of [{ width: 0 }, { blocks: 1.5 }, { hidden: 0 }, { exchangeable: 0 }, { activation: 'gelu' }])
      expect(() => denoisingNetwork(wrong as DenoisingNetworkOptions)).toThrow(InvalidInputError);
    for (const dropout of [1, -0.1, 2, NaN])
      expect(() => denoisingNetwork({ dropout })).toThrow(/dropout: expected a number from 0 to below 1/);
    expect(() => denoisingNetwork({ exchangeable: 4 }).build(blind)).toThrow(
      'denoisingNetwork exchangeable: expected a divisor of the 6 values of an observation, received 4.',
    );
    expect(() => denoisingNetwork({ exchangeable: 12 }).build(blind)).toThrow(/divisor/);
  });
});
