import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount } from '../../core/checks';
import { rng } from '../../core/rng';
import { unconstrained } from '../../distributions/unconstrained';
import type { Prior } from '../../distributions/prior';
import { mixture, type MixtureOptions } from '../../nn/density/mixture';
import type { DensityParts } from '../density/embedded-density';
import { npe, type NpeEstimator } from '../density/npe';
import { frameOf } from '../frame';
import { gaussianPrior } from './closed-form-prior';
import { closedFormLoss } from './closed-form-loss';
import { densityRounds, type DensityRoundsOptions } from './density-rounds';
import { mixtureNetwork } from './mixture-network';
import { mixtureLaw, noWiderThan, standardised, type WeightedGaussian } from './natural-gaussian';
import type { SequentialMethod } from './sequential-method';

/** Options of {@link snpeCMixture}. */
export interface SnpeCMixtureOptions extends Omit<DensityRoundsOptions, 'density' | 'members'> {
  /** Gaussians of the density. Default 8. */
  components?: number;
  /** Size of the mixture density network. */
  network?: Omit<MixtureOptions, 'components'>;
}

/** Components of a proposal with less weight are left out. */
const leastWeight = 1e-3;

/**
 * SNPE-C, automatic posterior transformation, in closed form: q(theta | x) is a mixture of Gaussians, and so is each
 * proposal; then q proposal / prior, the posterior under the proposal, is one too, and is learned by maximum likelihood
 * on the simulations of all rounds.
 *
 * There are no atoms: nothing is drawn to normalise, and all mass of q counts. It takes place in coordinates in which
 * the prior is Gaussian: normal quantiles where that is uniform, so that nothing leaks beyond its bounds. The proposals
 * are the last posterior with each Gaussian narrowed, where it is wider than the prior, to the prior's width.
 * @param options see {@link SnpeCMixtureOptions}.
 * @returns a method for `inRounds`, for one observation.
 * @throws InvalidInputError for sizes that are not positive whole numbers; in `inRounds` for several observations, and
 * for a prior that is neither normal, uniform nor log-normal.
 * Source: Greenberg et al. (2019), "Automatic posterior transformation for likelihood-free inference", section 3.2 and
 * appendix A.1.
 * @example
 * const method = sequential.snpeCMixture({ components: 2, fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 */
export function snpeCMixture(options: SnpeCMixtureOptions = {}): SequentialMethod<NpeEstimator> {
  const { components = 8, network = {}, ...settings } = objectOf('snpeCMixture: options', options);
  requireCount('snpeCMixture: components', components);
  const density = mixture({ ...network, components });
  const parts = { density, embedding: settings.embedding ?? npe.defaultSettings.embedding };
  return densityRounds(
    'snpeCMixture',
    {
      name: 'SNPE-C (closed form)',
      inCoordinates: (prior) => gaussianPrior(prior).ofFrame,
      check: (prior, { length }) => {
        demand('snpeCMixture: xObs', length === 1, 'one observation', `${length}`, 'sequential.snpeC() takes several.');
        gaussianPrior(prior);
      },
      learn: async ({ simulations: { theta }, sizes, records }, { prior, xObs, before }) => {
        if (!before) return {};
        const { ofFrame, law } = gaussianPrior(prior);
        const proposals = records.map((record) => {
          const estimator = npe.restore(record, { prior: ofFrame, ...parts });
          const proposal = proposalOf(estimator, xObs, prior, parts);
          estimator.dispose();
          return proposal;
        });
        const rounds = [[{ ...law, logWeight: 0 }], ...proposals];
        const rowRounds = sizes.flatMap((size, round) => new Array<number>(size).fill(round));
        return {
          loss: (model, { config }) => {
            const inFrame = (mixture: readonly WeightedGaussian[]): WeightedGaussian[] =>
              mixture.map((one) => ({ ...standardised(one, config.theta), logWeight: one.logWeight }));
            return closedFormLoss(model, { prior: standardised(law, config.theta), rounds: rounds.map(inFrame) });
          },
          also: () => [tf.tensor2d(rowRounds, [theta.shape[0], 1])],
        };
      },
      propose: (estimator, { prior, xObs }) => {
        const law = mixtureLaw(proposalOf(estimator, xObs, prior, parts));
        const { toConstrained } = unconstrained(gaussianPrior(prior).ofFrame);
        return {
          dim: prior.dim,
          sample: async (count, { seed }) => {
            const source = rng(seed);
            const u = Array.from({ length: count }, () => law.sample(source));
            return tf.tidy(() => toConstrained(tf.tensor2d(u)));
          },
        };
      },
    },
    { ...settings, density, members: 1 },
  );
}

/** The posterior given `xObs` as a proposal, in the coordinates in which the prior is Gaussian. */
function proposalOf(estimator: NpeEstimator, xObs: number[][], prior: Prior, parts: DensityParts): WeightedGaussian[] {
  const { ofFrame, law } = gaussianPrior(prior);
  const network = mixtureNetwork('snpeCMixture', estimator, parts);
  const x = frameOf(ofFrame, estimator.config.frame).observations(xObs);
  const [posterior] = network.gaussians(x);
  x.dispose();
  network.dispose();
  const kept = posterior.filter(({ logWeight }) => logWeight > Math.log(leastWeight));
  const total = kept.reduce((sum, { logWeight }) => sum + Math.exp(logWeight), 0);
  return kept.map(({ logWeight, ...one }) => ({ ...noWiderThan(law, one), logWeight: logWeight - Math.log(total) }));
}
