import { paperNetwork, parameterisations, rng, tf, vpLevels } from 'scorebook';
import { paperSettings } from 'scorebook/dist/inference/score/npse';
import { initialWeights } from 'scorebook/dist/nn/network';
import { predictNoise, scoreModel } from 'scorebook/dist/nn/score/score-model';
import { denoisingScoreMatching } from 'scorebook/dist/training/denoising-score-matching';

/*
 * What is measured: the paper's network on its 10-D Gaussian task. Three residual MLPs of 3 hidden layers and width
 * 128, embeddings of theta and x of 128, sinusoidal embedding of t of 64, batches of 256 out of 10,000 simulations,
 * Adam at 1e-4.
 */

export const seed = 1;
export const dim = 10;
export const width = 128;
export const timeSize = 64;
export const simulations = 10_000;
export const batch = paperSettings.fit.batchSize;
export const levels = vpLevels({ count: paperSettings.levels.spec.count });
/** The noise variances of the 10-D Gaussian task. */
export const noiseVariance = Array.from({ length: dim }, (_, i) => 0.6 + (0.8 * i) / (dim - 1));

export const model = scoreModel(paperNetwork(), parameterisations.noise(), { theta: dim, x: dim }, {});
export const { network } = model;
/** Numbers of the network's weights and biases. */
export const parameters = network.weights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape), 0);

/** First values of the network's weights; the caller disposes them. */
export const firstWeights = (): tf.Tensor[] => initialWeights(network.weights, rng(seed));

/** The loss of the paper's settings, as npse.train puts it together. */
export const paperLoss = denoisingScoreMatching(
  (weights, rows, key) => predictNoise(model, { network: weights, closedForm: {} }, rows, key),
  paperSettings.levels.objective((error) => error),
);

/** theta ~ N(0, I), x | theta ~ N(theta, noiseVariance); the caller disposes both. */
export function pairs(count: number): [tf.Tensor2D, tf.Tensor2D] {
  return tf.tidy(() => {
    const source = rng(seed);
    const draw = (): tf.Tensor2D =>
      tf.tensor2d(
        Float32Array.from({ length: count * dim }, () => source.normal()),
        [count, dim],
      );
    const theta = draw();
    return [theta, tf.add(theta, tf.mul(draw(), tf.tensor1d(noiseVariance.map(Math.sqrt)))) as tf.Tensor2D];
  });
}

/**
 * Floating-point operations of one training step: 2 per weight and row forward, 4 backward. Biases are counted as
 * weights; activations, residual sums, the draws and Adam are not counted, so that the share of the peak is of useful
 * work.
 */
export const stepFlops = 6 * parameters * batch;

/** Floating-point operations of a forward pass over rows that each have their own theta, x and t. */
export const forwardFlops = (rows: number): number => 2 * parameters * rows;

/**
 * Floating-point operations of one evaluation of the summed scores of n observations: theta's MLP, its share of the
 * head and the head's last layer once a particle, the head's two residual layers once a particle and observation. x and
 * t are embedded once a draw and a level.
 */
export function scoreFlops(particles: number, n: number): number {
  const once = dim * width + 2 * width * width + width * width + width * width + width * dim;
  return 2 * particles * (once + n * 2 * width * width);
}
