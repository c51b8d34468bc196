import * as tf from '@tensorflow/tfjs';
import { describedEstimator, describedPosterior } from '../../contract/descriptions';
import type { Estimator } from '../../contract/estimator';
import type { Posterior, PosteriorDensity } from '../../contract/posterior';
import { demand, objectOf, requireCount, requireNumber } from '../../core/checks';
import { rng } from '../../core/rng';
import type { Rows } from '../../core/rows';
import type { Prior, Support } from '../../distributions/prior';
import type { EstimatorRecord } from '../../records/estimator-record';
import type { DensityEstimatorConfig } from '../density/density-estimator';
import type { DensityNetwork, DensityParts } from '../density/embedded-density';
import { npe, type NpeEstimator } from '../density/npe';
import { checkRecord } from '../estimator-record';
import { frameOf, requireParameters } from '../frame';
import { byRepetition } from '../repeated-rows';
import { standardise, unstandardise } from '../standardisation';
import { withinSupport } from '../within-support';
import { closedFormPrior } from './closed-form-prior';
import { FailedRoundError } from './failed-round';
import { mixtureNetwork } from './mixture-network';
import { correctedMixture, mixtureLaw, type NaturalGaussian, type WeightedGaussian } from './natural-gaussian';

/** What an SNPE-A estimator is besides its weights; JSON. */
export interface SnpeAConfig extends Omit<DensityEstimatorConfig<DensityNetwork>, 'version'> {
  readonly version: 1;
  /** The Gaussian that proposed the parameters of its round; missing where that was the prior. */
  readonly proposal?: NaturalGaussian;
}

/** The posterior of one observation: a mixture of Gaussians within the prior's bounds. */
export interface SnpeAPosterior extends Posterior {
  /** The log density; with bounds it is known up to a constant. */
  readonly density: PosteriorDensity;
  /** Its Gaussians, in the coordinates in which the prior is one, which without bounds are the parameters. */
  readonly components: readonly WeightedGaussian[];
}

/** An estimator of the posterior under a proposal, which gives that under the prior. */
export interface SnpeAEstimator extends Estimator<SnpeAPosterior> {
  readonly config: SnpeAConfig;
  /** The density of the proposal's posterior, from whose weights the next round starts. */
  readonly proposed: NpeEstimator;
}

/**
 * The estimator that corrects a mixture density network, which it owns, for the Gaussian that proposed its parameters.
 * @param proposed the density of the posterior under the proposal, in the coordinates of {@link closedFormPrior}.
 */
export function snpeAEstimator(
  prior: Prior,
  proposed: NpeEstimator,
  parts: Partial<DensityParts>,
  proposal?: NaturalGaussian,
): SnpeAEstimator {
  const { ofFrame, law } = closedFormPrior(prior);
  const { arrays } = proposed.record();
  const { dims } = proposed.config;
  const frame = frameOf(ofFrame, proposed.config.frame);
  const learned = mixtureNetwork('snpeA', proposed, parts);
  const config: SnpeAConfig = { ...proposed.config, kind: 'snpe-a', version: 1, ...(proposal && { proposal }) };
  // where the frame's coordinates are the parameters, the mixture knows no bounds
  const support = ofFrame === prior ? undefined : prior.support;
  const correctedForEach = (xObs: Rows): WeightedGaussian[][] => {
    const x = frame.observations(xObs);
    const each = learned.gaussians(x);
    x.dispose();
    return each.map((mixture) => corrected(mixture, law, proposal));
  };
  const drawsOf = (mixture: readonly WeightedGaussian[], count: number, seed: number): number[][] =>
    drawsInside(mixtureLaw(mixture), support, count, seed);
  const toParameters = (u: number[][]): tf.Tensor2D =>
    tf.tidy(() => frame.toParameters(standardise(frame.config.theta, tf.tensor2d(u))));

  const estimator: SnpeAEstimator = {
    config,
    prior,
    proposed,
    given: (xObs) => {
      const [mixture, ...others] = correctedForEach(xObs);
      demand('snpeA: given', others.length === 0, 'one observation', others.length + 1, severalText);
      const ofU = mixtureLaw(mixture);
      const logStd = frame.config.theta.std.reduce((sum, std) => sum + Math.log(std), 0);
      const posterior: SnpeAPosterior = {
        n: 1,
        dim: dims.theta,
        components: mixture,
        sample: async (count, options) => {
          requireCount('samples', count);
          const { seed } = objectOf('posterior.sample: options', options, '{ seed }');
          return toParameters(drawsOf(mixture, count, seed));
        },
        density: {
          normalised: support === undefined,
          logProb: async (theta) => {
            requireParameters('logProb: theta', theta, frame);
            return tf.tidy(() => {
              const u = unstandardise(frame.config.theta, frame.toNetwork(theta));
              const ofTheta = frame.logProb(theta, tf.add(ofU.logProb(u), logStd));
              return withinSupport(prior, theta, ofTheta);
            });
          },
        },
        dispose: () => {},
      };
      return describedPosterior(posterior, 'a mixture of Gaussians');
    },
    drawEach: async (xObs, options) => {
      const { draws, seed } = objectOf('drawEach: options', options, '{ draws, seed }');
      requireNumber('drawEach: seed', seed, 'a finite number');
      requireCount('drawEach draws', draws);
      const source = rng(seed);
      const rows = correctedForEach(xObs).map((mixture, i) => drawsOf(mixture, draws, source.fork(i).uniform()));
      return byRepetition(toParameters(rows.flat()), draws);
    },
    record: () => ({ config: config as unknown as EstimatorRecord['config'], arrays }),
    dispose: () => {
      learned.dispose();
      proposed.dispose();
    },
  };
  return describedEstimator(estimator, dims);
}

/** The mixture of the posterior under the prior, of that under the proposal. */
function corrected(
  learned: WeightedGaussian[],
  law: NaturalGaussian,
  proposal: NaturalGaussian | undefined,
): WeightedGaussian[] {
  if (!proposal) return learned;
  const { mixture, broken } = correctedMixture(learned, proposal, law);
  if (broken >= 0) throw new FailedRoundError(brokenText(broken, learned.length));
  return mixture;
}

const severalText = 'sequential.snpeC() takes several.';

/** The least share of a mixture to lie within the bounds. */
const leastInside = 1e-4;
/** Draws of a mixture after which that is asked. */
const patience = 20_000;

/** Draws of a law that lie within a box, whose share of the law is not too small. */
function drawsInside(
  law: Pick<Prior, 'sample'>,
  support: Support | undefined,
  count: number,
  seed: number,
): number[][] {
  const source = rng(seed);
  const rows: number[][] = [];
  for (let tried = 0; rows.length < count; tried++) {
    const row = law.sample(source);
    if (!support || row.every((value, k) => value >= support.lower[k] && value <= support.upper[k])) rows.push(row);
    if (tried >= patience && rows.length < leastInside * tried)
      throw new FailedRoundError(
        `SNPE-A: ${rows.length} of ${tried} draws of the estimate lie within the prior's bounds. Simulate more in ` +
          'each round, or take sequential.snpeC(), whose estimates never leave them.',
      );
  }
  return rows;
}

/** The estimator of a record that {@link snpeAEstimator} made. */
export function restoreSnpeA(record: EstimatorRecord, prior: Prior, parts: Partial<DensityParts>): SnpeAEstimator {
  checkRecord(record, { kind: 'snpe-a', versions: [1], expected: 'an SNPE-A estimator' });
  const { proposal, ...config } = record.config as unknown as SnpeAConfig;
  const { ofFrame } = closedFormPrior(prior);
  const inner = { ...record, config: { ...config, kind: 'npe', version: 2 } } as unknown as EstimatorRecord;
  return snpeAEstimator(prior, npe.restore(inner, { prior: ofFrame, ...parts }), parts, proposal);
}

function brokenText(component: number, count: number): string {
  return (
    `SNPE-A: component ${component} of ${count} of the proposal's posterior is wider than the proposal in some ` +
    'direction, so that dividing by the proposal leaves no Gaussian (its precision is not positive definite). ' +
    'Simulate more in each round, take fewer rounds or components, or take sequential.snpeC(), which divides nothing.'
  );
}
