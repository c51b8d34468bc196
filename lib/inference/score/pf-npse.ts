import * as tf from '@tensorflow/tfjs';
import { demand, objectOf } from '../../core/checks';
import { requireTensor, toTensor2D, type Rows } from '../../core/rows';
import { InterruptedError, NonFiniteError } from '../../core/errors';
import { describedEstimator, describedPosterior } from '../../contract/descriptions';
import type { Prior } from '../../distributions/prior';
import { denoisingNetwork, type DenoisingNetworkOptions } from '../../nn/score/denoising-network';
import type { EstimatorRecord } from '../../records/estimator-record';
import { dpmSolver } from '../../samplers/dpm-solver';
import { checkedTraining, priorOf } from '../check-training';
import type { TrainingSets } from '../density/flow-npe';
import { defaultSettings } from './npse';
import { restoreScoreEstimator } from './restore-score-estimator';
import type { ScoreEstimator, ScoreMethod } from './score-estimator';
import { frameOfSets, rowsOfObservations, rowsOfSets } from './set-rows';
import { trainScoreEstimator, type NpseOptions, type TrainedScoreEstimator } from './train-score-estimator';

/** Everything that `pfNpse.train` takes besides the sets. */
export interface PfNpseOptions extends Omit<NpseOptions, 'network' | 'gaussians' | 'emulated'> {
  /** The network's size; it sees the mean of what it makes of each observation, and how many there are. */
  network?: Omit<DenoisingNetworkOptions, 'exchangeable' | 'counted'>;
}

/** What a config keeps of the sets of training. */
interface SetsConfig {
  /** m, the largest set. */
  readonly most: number;
  /** L. */
  readonly width: number;
}

const methodOf = (sets?: SetsConfig): ScoreMethod => ({
  kind: 'pf-npse',
  sampler: dpmSolver(),
  ...(sets && { own: { sets } }),
});

/** The estimator over rows of sets, as one over observations. */
function overObservations<E extends ScoreEstimator>(ofRows: E, { most, width }: SetsConfig): E {
  const asRows = <T>(rows: tf.Tensor2D, then: (rows: tf.Tensor2D) => T): T => {
    try {
      return then(rows);
    } finally {
      rows.dispose();
    }
  };
  const estimator: E = {
    ...ofRows,
    given: (xObs, options) => {
      const n = observationsIn(xObs, width);
      const posterior = asRows(rowsOfObservations(xObs, most, width), (rows) => ofRows.given(rows, options));
      return describedPosterior(Object.assign(posterior, { n }), 'a learned score');
    },
    drawEach: async (x, options) => {
      const table = toTensor2D(x, 'drawEach: x', width);
      const rows = tf.tidy(() =>
        tf.concat([tf.tile(table, [1, most]), tf.ones([table.shape[0], 1])], 1),
      ) as tf.Tensor2D;
      table.dispose();
      return ofRows.drawEach(rows, options).finally(() => rows.dispose());
    },
  };
  return describedEstimator(estimator, { theta: ofRows.prior.dim, x: width });
}

function observationsIn(xObs: Rows, width: number): number {
  const table = toTensor2D(xObs, 'xObs', width);
  const n = table.shape[0];
  table.dispose();
  return n;
}

/**
 * PF-NPSE: `pfNpse.train(sets, { prior, seed })`, and `pfNpse.restore(record, { prior })` for a saved estimator.
 */
export const pfNpse = {
  /**
   * Partially factorised neural posterior score estimation: learns the score of the diffused posterior given sets of up
   * to m observations, p_t(theta | x_1, ..., x_k), k = 1, ..., m, by a network that does not look at their order, and
   * puts the scores of n / m sets together.
   *
   * Errors that add up do so n / m times in the place of n, for sets that cost up to m simulator calls each: 10,000
   * calls are 1,818 sets of up to 10. Given n observations they are parted into as few sets as there can be, of nearly
   * the same size; up to m are one set, whose score is the network's, unchanged, drawn as one observation's is. The
   * network learns alone, without a closed form beside it, since no one Gaussian is that of sets of all sizes.
   * @param sets of `simulateSets(model, { maxObservations: m, ... })`; they stay the caller's.
   * @param options prior and seed, the network's size, and any of `NpseSettings` but for closed form and emulation.
   * @returns an estimator whose `given(xObs)` is the posterior for any number of observations; the caller disposes it.
   * @throws InvalidInputError for sets that don't fit together or the prior, or hold NaN or infinity.
   * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the
   * best estimator so far as `partial`.
   * Source: Geffner, Papamakarios and Mnih (2023), "Compositional score modeling for simulation-based inference",
   * section 3.2.
   * @example
   * const sets = await simulateSets(task, { calls: 2_000, maxObservations: 4, seed: 1 });
   * const estimator = await inference.pfNpse.train(sets, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const posterior = estimator.given([[1, 2], [0.5, 1]]); // of one set
   */
  train: async (sets: TrainingSets, options: PfNpseOptions): Promise<TrainedScoreEstimator> => {
    checkedTraining('pfNpse.train', options);
    const { x, counts, theta, ...known } = objectOf('pfNpse.train: sets', sets, 'what simulateSets gives');
    for (const [name, tensor] of Object.entries({ theta, x, counts }))
      requireTensor(`pfNpse.train: ${name}`, tensor, 'a tensor, as simulateSets gives');
    demand('pfNpse.train: x', x.rank === 3, 'sets [M, m, L]', `the shape [${x.shape}]`);
    const { network, fit: fitSettings, ...rest } = options;
    const fit = { ...defaultSettings.fit, ...fitSettings };
    const config: SetsConfig = { most: x.shape[1], width: x.shape[2] };
    const settings = {
      ...defaultSettings,
      ...rest,
      fit,
      gaussians: 0,
      emulated: 0,
      network: denoisingNetwork({ ...network, exchangeable: config.most, counted: true }),
    };
    const rows = rowsOfSets({ x, counts });
    const pairs = { theta, x: rows, proposed: known.proposed, dropped: known.dropped };
    try {
      const frame = frameOfSets(options.prior, { theta, x, counts }, settings.standardise);
      const trained = await trainScoreEstimator(methodOf(config), pairs, settings, { frame });
      return overObservations(trained, config);
    } catch (error) {
      const isPartial = error instanceof InterruptedError || error instanceof NonFiniteError;
      if (isPartial && error.partial)
        throw Object.assign(error, { partial: overObservations(error.partial as TrainedScoreEstimator, config) });
      throw error;
    } finally {
      rows.dispose();
    }
  },
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @param record of `estimator.record()`, or what `readEstimator(folder)` gives.
   * @param options `prior`, the one of training.
   * @throws InvalidInputError for a record of another kind, or another prior.
   * @example
   * const sets = await simulateSets(task, { calls: 2_000, maxObservations: 4, seed: 1 });
   * const estimator = await inference.pfNpse.train(sets, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const again = inference.pfNpse.restore(estimator.record(), { prior }); // draws as before
   */
  restore: (record: EstimatorRecord, options: { prior: Prior }): ScoreEstimator => {
    const estimator = restoreScoreEstimator(methodOf(), record, priorOf('pfNpse.restore', options));
    return overObservations(estimator, estimator.config.own!.sets as SetsConfig);
  },
};
