import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { vpLinear } from '../../../lib/diffusion/vp';
import type { ClosedFormTensors } from '../../../lib/nn/score/closed-form';
import {
  gaussianNoise,
  leastSquaresGaussian,
  meanOfX,
  type LinearGaussian,
} from '../../../lib/nn/score/linear-gaussian';
import { paperNetwork } from '../../../lib/nn/score/paper-network';
import {
  edm,
  noise,
  restoreParameterisation,
  score,
  velocity,
  type Parameterisation,
} from '../../../lib/nn/score/parameterisations';
import { scoreModel } from '../../../lib/nn/score/score-model';
import type { NoiseLevel } from '../../../lib/diffusion/noise-level';
import { expectClose, normals } from '../support';

const all = [noise(), velocity(), score(), edm()];
const diffusion = vpLinear();
/** Log noise ratios from little noise to little signal. */
const ratios = [-4, -2, -0.7, 0, 1, 3];
const at = (ratio: number) => diffusion.atLogRatio(tf.scalar(ratio));
const frame = leastSquaresGaussian(normals(50, 3, 8), normals(50, 4, 9));
/** N(x W + b, U diag(4, 0.25, 0.01) U^T) with the axes of another Gaussian. */
const variances = [4, 0.25, 0.01];
const wide: LinearGaussian = {
  weights: normals(4, 3, 1),
  intercept: normals(1, 3, 2).as1D(),
  axes: frame.axes,
  variances: tf.tensor1d(variances),
};
const unitNormal: LinearGaussian = {
  weights: tf.zeros([4, 3]),
  intercept: tf.zeros([3]),
  axes: tf.eye(3),
  variances: tf.ones([3]),
};

/** What outputs and noises are to each other in a model of the parameterisation, with or without a Gaussian. */
function model(parameterisation: Parameterisation, gaussian?: LinearGaussian) {
  const closedForm: ClosedFormTensors = gaussian ? { gaussian } : {};
  const whole = scoreModel(paperNetwork({ width: 2 }), parameterisation, { theta: 3, x: 4 }, closedForm);
  const tensors = { network: [], closedForm };
  return {
    noiseOfOutput: (level: NoiseLevel, output: tf.Tensor2D) => whole.noiseOfOutput(tensors, level, output),
    outputOfNoise: (level: NoiseLevel, error: tf.Tensor2D) => whole.outputOfNoise(tensors, level, error),
  };
}

describe.each(all.map((each) => [each.name, each] as const))('the parameterisation %s', (name, parameterisation) => {
  it.each([
    ['alone', undefined],
    ['beside a Gaussian', frame],
  ])('takes noise to the output that it came of, %s', (_, gaussian) => {
    tf.tidy(() => {
      const output = normals(20, 3, 3);
      for (const ratio of ratios) {
        const { noiseOfOutput, outputOfNoise } = model(parameterisation, gaussian);
        const noise = noiseOfOutput(at(ratio), output);
        // divided by a scale, which is as exact as float32
        expectClose(outputOfNoise(at(ratio), noise), output, 2e-6);
      }
    });
  });

  it('takes a level for each row', () => {
    tf.tidy(() => {
      const output = normals(ratios.length, 3, 3);
      const { noiseOfOutput } = model(parameterisation, frame);
      const together = noiseOfOutput(diffusion.atLogRatio(tf.tensor1d(ratios)), output);
      const single = ratios.map((ratio, i) => noiseOfOutput(at(ratio), output.slice([i, 0], [1, -1])));
      expectClose(together, tf.concat(single), 1e-6);
    });
  });

  it('gives the noise for the output that it stands for', () => {
    tf.tidy(() => {
      const [theta, eps] = [normals(20, 3, 4), normals(20, 3, 5)];
      for (const ratio of ratios) {
        const level = at(ratio);
        const { meanCoeff, std } = level;
        const noisy = tf.add(tf.mul(meanCoeff, theta), tf.mul(std, eps)) as tf.Tensor2D;
        const velocity = tf.sub(tf.mul(meanCoeff, eps), tf.mul(std, theta));
        const output = {
          noise: eps,
          velocity,
          // the score -eps / std is -meanCoeff F
          score: tf.div(eps, tf.mul(std, meanCoeff)),
          edm: velocity,
        }[name] as tf.Tensor2D;
        const learned = model(parameterisation).noiseOfOutput(level, output);
        expectClose(tf.add(parameterisation.known(noisy, level), learned), eps, 2e-6);
      }
    });
  });
});

describe('edm', () => {
  it('of N(0, I) is velocity', () => {
    tf.tidy(() => {
      const [theta, output] = [normals(20, 3, 4), normals(20, 3, 5)];
      for (const ratio of ratios) {
        const level = at(ratio);
        const expected = model(velocity()).noiseOfOutput(level, output);
        for (const gaussian of [undefined, unitNormal])
          expectClose(model(edm(), gaussian).noiseOfOutput(level, output), expected, 1e-6);
        expectClose(gaussianNoise(unitNormal, theta, level, tf.zeros([1, 3])), velocity().known(theta, level), 1e-6);
      }
    });
  });

  it('has nothing to learn where theta given x is its Gaussian: a target of mean 0 and variance 1 that theta_t does not tell', () => {
    const count = 20_000;
    tf.tidy(() => {
      const x = normals(count, 4, 6);
      const mean = meanOfX(wide, x);
      const along = tf.mul(normals(count, 3, 7), tf.tensor1d(variances.map(Math.sqrt))) as tf.Tensor2D;
      const theta = tf.add(mean, tf.matMul(along, wide.axes, false, true));
      const eps = normals(count, 3, 8);
      for (const ratio of ratios) {
        const level = at(ratio);
        const noisy = tf.add(tf.mul(level.meanCoeff, theta), tf.mul(level.std, eps)) as tf.Tensor2D;
        const known = gaussianNoise(wide, noisy, level, mean);
        const target = model(edm(), wide).outputOfNoise(level, tf.sub(eps, known));
        const product = tf.div(tf.matMul(target, target, true), count).arraySync() as number[][];
        const center = tf.mean(target, 0).dataSync();
        // theta_t along the axes, which are uncorrelated with the target and, both being normal, tell nothing of it
        const seen = tf.matMul(tf.sub(noisy, tf.mul(level.meanCoeff, mean)) as tf.Tensor2D, wide.axes) as tf.Tensor2D;
        const told = tf.div(tf.mean(tf.mul(seen, target), 0), tf.sqrt(tf.mean(tf.square(seen), 0))).dataSync();
        // standard errors 1 / sqrt(N) of means and products of independent unit normals, sqrt(2 / N) of variances
        const tolerance = 4.5 / Math.sqrt(count);
        for (const k of [0, 1, 2]) {
          expect(Math.abs(center[k])).toBeLessThan(tolerance);
          expect(Math.abs(told[k])).toBeLessThan(tolerance);
          expect(Math.abs(product[k][k] - 1)).toBeLessThan(Math.SQRT2 * tolerance);
          expect(Math.abs(product[k][(k + 1) % 3])).toBeLessThan(tolerance);
        }
      }
    });
  });
});

describe('restoreParameterisation', () => {
  it('gives each by its name', () => {
    for (const { name, seesDistance } of all) {
      const restored = restoreParameterisation(name);
      expect([restored.name, restored.seesDistance]).toEqual([name, seesDistance]);
    }
  });

  it('refuses other names', () => {
    for (const name of ['x0', '', null])
      expect(() => restoreParameterisation(name as 'noise')).toThrow(InvalidInputError);
    expect(() => restoreParameterisation('x0' as 'noise')).toThrow(
      'parameterisation: expected noise, velocity, score or edm, received x0.',
    );
  });
});
