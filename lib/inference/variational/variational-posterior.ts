import * as tf from '@tensorflow/tfjs';
import { describedPosterior } from '../../contract/descriptions';
import type { Posterior, PosteriorDensity, PosteriorGradient } from '../../contract/posterior';
import { objectOf, requireColumns, requireCount } from '../../core/checks';
import type { Bijector } from '../../distributions/bijector';
import type { Support } from '../../distributions/prior';
import { compile } from '../../graph/compile';
import { foldKey, randomKey, type Key } from '../../graph/random';
import { inPasses, joined, mostRows } from '../density/in-passes';
import { insideSupport } from '../within-support';
import { contexts, type Approximation } from './divergences';

/** How a variational fit went. */
export interface VariationalCourse {
  /** Steps of the fit. */
  readonly steps: number;
  /** Seconds that the fit took. */
  readonly seconds: number;
  /** What it was fitted to. */
  readonly to: 'gradient' | 'density';
  /**
   * The relative Fisher divergence E_q |grad log q - grad log p|^2 / E_q |grad log q|^2, in units of the width in which
   * the fit began; 0 where q is the posterior wherever q has mass. It does not see modes that q has left out. Missing
   * for a fit to the density.
   */
  readonly fisherDivergence?: number;
  /**
   * The effective share (sum w)^2 / (N sum w^2) of 1,000 draws of q with weights w = p / q, 1 where q is the posterior.
   * Missing for a fit to the gradient.
   */
  readonly effective?: number;
}

/** A normalised density in the place of a posterior: exact draws and their density in one pass of a network. */
export interface VariationalPosterior extends Posterior {
  /** The log density, normalised. */
  readonly density: PosteriorDensity;
  readonly gradient: PosteriorGradient;
  /** How the fit went. */
  readonly fit: VariationalCourse;
}

/** What a variational posterior is made of. */
export interface VariationalParts extends Approximation {
  readonly n: number;
  /** Its trained weights, which are the posterior's from here on. */
  readonly weights: tf.Tensor[];
  readonly coordinates: Bijector;
  readonly support?: Support;
  readonly fit: VariationalCourse;
}

/** The posterior of trained weights. */
export function variationalPosterior(parts: VariationalParts): VariationalPosterior {
  const { n, weights, density, context, coordinates, support, fit } = parts;
  const { dim } = coordinates;
  const draw = compile((w: tf.Tensor[], key: Key, shaped: tf.Tensor2D): tf.Tensor2D =>
    coordinates.toConstrained(density.sample(w, key, shaped)),
  );
  const logDensity = compile((w: tf.Tensor[], theta: tf.Tensor2D): tf.Tensor1D => {
    const z = coordinates.toUnconstrained(theta);
    const ofZ = density.logProb(w, z, tf.tensor2d([[...context]]));
    const logQ = tf.sub(ofZ, coordinates.logAbsDetJacobian(z)) as tf.Tensor1D;
    const isInside = support && insideSupport({ support }, theta);
    return isInside ? tf.where(isInside, logQ, tf.fill(logQ.shape, -Infinity)) : logQ;
  });
  const posterior: VariationalPosterior = {
    n,
    dim,
    fit,
    sample: async (count, options) => {
      requireCount('samples', count);
      const { seed, ...work } = objectOf('posterior.sample: options', options, '{ seed }');
      const root = randomKey(seed);
      const drawn = await inPasses('Sampling', count, work, (start, rows) =>
        tf.tidy(() => draw(weights, foldKey(root, start / mostRows), contexts(parts, rows))),
      ).finally(() => root.dispose());
      return joined(drawn);
    },
    density: {
      normalised: true,
      logProb: async (theta, options = {}) => {
        requireColumns('logProb: theta', theta, dim, 'parameters');
        const values = await inPasses('Log density', theta.shape[0], options, (start, rows) =>
          tf.tidy(() => logDensity(weights, tf.slice(theta, [start, 0], [rows, -1]))),
        );
        return joined(values);
      },
    },
    gradient: {
      coordinates,
      ...(support && { support }),
      at: tf.grad((z: tf.Tensor) =>
        tf.sum(density.logProb(weights, z as tf.Tensor2D, tf.tensor2d([[...context]]))),
      ) as (z: tf.Tensor2D) => tf.Tensor2D,
    },
    dispose: () => {
      tf.dispose(weights);
      draw.dispose();
      logDensity.dispose();
    },
  };
  return describedPosterior(posterior, `a density fitted to the ${fit.to} of another posterior`);
}
