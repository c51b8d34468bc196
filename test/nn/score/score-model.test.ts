import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { randomKey } from '../../../lib/graph/random';
import { initialWeights } from '../../../lib/nn/network';
import type { ClosedFormTensors } from '../../../lib/nn/score/closed-form';
import { mixtureNoise, mixtureOfX } from '../../../lib/nn/score/mixture-noise';
import { gaussianNoise, meanOfX } from '../../../lib/nn/score/linear-gaussian';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import { edm, noise, velocity, type Parameterisation } from '../../../lib/nn/score/parameterisations';
import { predictNoise, scoreModel } from '../../../lib/nn/score/score-model';
import { expectClose, normals } from '../support';
import {
  at,
  caseOf,
  closedForms,
  dims,
  everyCase,
  gaussian,
  other,
  parameterisations,
  parts,
  smallDenoising,
  smallPaper,
} from './models';

const [theta, x] = [normals(4, 3, 2), normals(4, 4, 3)];

describe('the model of a score', () => {
  it.each(
    [smallPaper, smallDenoising].flatMap((network) =>
      parameterisations.map(
        (parameterisation) => [network.spec.name, parameterisation.name, network, parameterisation] as const,
      ),
    ),
  )('is before training what is known in closed form: %s, %s', (_, __, network, parameterisation) => {
    tf.tidy(() => {
      for (const [where, closedForm] of Object.entries(closedForms)) {
        // the paper's network starts at zero as a correction only
        if (where === 'alone' && network === smallPaper) continue;
        const model = scoreModel(network, parameterisation, dims, closedForm);
        const tensors = { network: initialWeights(model.network.weights, rng(1)), closedForm };
        const level = at(9);
        const known = {
          alone: tf.add(tf.zerosLike(theta), parameterisation.known(theta, level)),
          'beside a Gaussian': gaussianNoise(gaussian, theta, level, meanOfX(gaussian, x)),
          'beside a mixture': mixtureNoise(parts, theta, level, mixtureOfX(parts, x)),
        }[where]!;
        expectClose(predictNoise(model, tensors, { theta, level, x }), known, 1e-7);
      }
    });
  });

  it('lets the network see the distance from the one Gaussian of edm, where there is one', () => {
    const seen = (parameterisation: () => Parameterisation, closedForm: ClosedFormTensors) =>
      scoreModel(smallDenoising, parameterisation(), dims, closedForm).distanceFrom({ network: [], closedForm });
    expect(seen(edm, { gaussian })).toBe(gaussian);
    expect(seen(edm, { parts, gaussian: other })).toBe(other);
    expect(seen(edm, { parts })).toBeUndefined();
    expect(seen(edm, {})).toBeUndefined();
    for (const blind of [noise, velocity]) expect(seen(blind, { gaussian })).toBeUndefined();
    // the paper's network sees none, whatever the parameterisation
    const paper = scoreModel(smallPaper, edm(), dims, { gaussian });
    expect(paper.distanceFrom({ network: [], closedForm: { gaussian } })).toBeUndefined();
  });

  it.each(everyCase)('depends on parameters, observation and level: %s', (_, { model, tensors }) => {
    tf.tidy(() => {
      // the network's output: the closed form depends on all by itself, and so does the output's scale on the level
      const outputAt = (rows: { theta: tf.Tensor2D; x: tf.Tensor2D }, t: number): tf.Tensor2D => {
        const level = at(t);
        const noise = predictNoise(model, tensors, { ...rows, level });
        const ofX = model.closedForm.ofX(tensors.closedForm, rows.x);
        const known = model.closedForm.noise(tensors.closedForm, rows.theta, level, ofX);
        return model.outputOfNoise(tensors, level, tf.sub(noise, known));
      };
      const base = outputAt({ theta, x }, 100);
      for (const changed of [
        outputAt({ theta: tf.zerosLike(theta), x }, 100),
        outputAt({ theta, x: tf.zerosLike(x) }, 100),
        outputAt({ theta, x }, 300),
      ])
        expect(tf.max(tf.abs(tf.sub(changed, base))).dataSync()[0]).toBeGreaterThan(1e-2);
    });
  });

  it('leaves out units with a key only', () => {
    const one = caseOf(denoisingNetwork({ width: 8, dropout: 0.5 }), edm(), { gaussian });
    const of = (key?: number): number[] =>
      tf.tidy(() => {
        const rows = { theta, level: at(9), x };
        return Array.from(
          predictNoise(one.model, one.tensors, rows, key === undefined ? key : randomKey(key)).dataSync(),
        );
      });
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of());
    expect(of(1)).not.toEqual(of(2));
  });
});
