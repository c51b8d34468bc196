import * as tf from '@tensorflow/tfjs';
import { objectOf } from '../../core/checks';
import { rng } from '../../core/rng';
import type { Prior } from '../../distributions/prior';
import type { EstimatorRecord } from '../../records/estimator-record';
import { npse, npseMethod } from '../score/npse';
import { restoreScoreEstimator } from '../score/restore-score-estimator';
import type { ScoreEstimator, ScoreMethod } from '../score/score-estimator';
import { trainScoreEstimator, type NpseSettings } from '../score/train-score-estimator';
import type { MixtureNumbers } from '../fitted-mixture';
import { mixtureProposal, proposalOfMixture, type RoundsLaw } from './mixture-proposal';
import type { SequentialMethod, TrainingContext } from './sequential-method';

/** Options of a method that corrects a score for its proposals: those of `npse.train`, but for what the run knows. */
export type ScoreRoundsOptions = Omit<NpseSettings, 'signal' | 'progress' | 'emulated'>;

/** What tells one way to correct a score from another. */
export interface ScoreCorrection {
  readonly kind: ScoreMethod['kind'];
  /** The method's name. */
  readonly name: string;
  /** What of the method depends on the laws that proposed the parameters. */
  method(rounds: RoundsLaw): Omit<ScoreMethod, 'kind' | 'sampler'>;
  /** What each simulation counts in the loss [N, 1]; disposed by the loop. */
  weights?(theta: tf.Tensor2D, rounds: RoundsLaw, context: TrainingContext<ScoreEstimator>): tf.Tensor2D;
}

/** What an estimator keeps of its rounds. */
interface OwnConfig {
  readonly rounds: RoundsLaw;
  /** What it proposes next. */
  next?: MixtureNumbers;
}

/**
 * A method that learns a score from simulations of all rounds, and corrects it for what proposed their parameters.
 *
 * Each round proposes by the mixture of Gaussians that is fitted to the last posterior's draws, whose density and
 * diffused score are known in closed form.
 */
export function scoreRounds(
  what: string,
  { kind, name, method, weights }: ScoreCorrection,
  options: ScoreRoundsOptions,
): SequentialMethod<ScoreEstimator> {
  const given = objectOf(`${what}: options`, options);
  const settings = { ...npse.defaultSettings, ...given, fit: { ...npse.defaultSettings.fit, ...given.fit } };
  const { network, levels, ...rest } = settings;
  // of the first round's parameters, the prior's, nothing is to be corrected
  const methodOf = (own: OwnConfig): ScoreMethod => ({
    ...npseMethod,
    kind,
    own: { ...own },
    ...(own.rounds.proposals.length > 0 && method(own.rounds)),
  });
  return {
    spec: { name, network: network.spec, levels: levels.spec, ...rest },
    train: async ({ simulations, sizes, records }, context) => {
      const { prior, xObs, seed, work, tell } = context;
      const proposals = records.map((record) => ownOf(record).next!);
      const own: OwnConfig = { rounds: { sizes: [...sizes], proposals } };
      const ofLoss = proposals.length > 0 ? weights?.(simulations.theta, own.rounds, context) : undefined;
      const scoreMethod = methodOf(own);
      try {
        const trainOptions = { ...settings, ...work, prior, seed };
        const estimator = await trainScoreEstimator(scoreMethod, simulations, trainOptions, { weights: ofLoss });
        const { steps, validationLoss } = estimator.fit;
        tell({ steps, validationLoss });
        const posterior = estimator.given(xObs);
        const drawing = {
          seed: rng(seed)
            .fork(-3)
            .integer(0, 2 ** 31),
          signal: work.signal,
        };
        const next = await mixtureProposal(posterior, prior, drawing).finally(() => posterior.dispose());
        // the record holds what the next round draws from, so that a run goes on with the same
        Object.assign(estimator.config.own!, { next });
        return estimator;
      } finally {
        ofLoss?.dispose();
      }
    },
    propose: (estimator, { prior }) => proposalOfMixture(ownOf(estimator).next!, prior),
    restore: (record, { prior }: { prior: Prior }) => restoreScoreEstimator(methodOf(ownOf(record)), record, prior),
  };
}

function ownOf({ config }: Pick<ScoreEstimator, 'config'> | EstimatorRecord): OwnConfig {
  return (config as ScoreEstimator['config']).own as unknown as OwnConfig;
}
