import type { DiffusionSpec } from '../../diffusion/diffusion';
import type { Prior } from '../../distributions/prior';
import type { DenoisingNetworkOptions } from '../../nn/score/denoising-network';
import type { PaperNetworkOptions } from '../../nn/score/paper-network';
import type { ParameterisationName } from '../../nn/score/parameterisations';
import type { EstimatorRecord } from '../../records/estimator-record';
import { amortisedWithin, type AmortisedRegion } from '../amortised-region';
import { checkRecord } from '../estimator-record';
import { frameOf } from '../frame';
import { checkPriorProbe } from '../prior-probe';
import type { Standardisation } from '../standardisation';
import { scoreEstimator, type ScoreEstimator, type ScoreEstimatorConfig, type ScoreMethod } from './score-estimator';
import { modelOf } from './score-model-config';
import { scoreTensors } from './score-tensors';

/**
 * The estimator of a record that {@link ScoreEstimator.record} made, now or by version 1.
 * @throws InvalidInputError for a record of another kind, or another prior than the one it was trained with.
 */
export function restoreScoreEstimator(method: ScoreMethod, record: EstimatorRecord, prior: Prior): ScoreEstimator {
  const { kind } = method;
  checkRecord(record, { kind, versions: [1, 2], expected: `an ${kind.toUpperCase()} estimator` });
  const isFirst = record.config.version === 1;
  const known = record.config as unknown;
  const hasGaussian = record.arrays.some(({ name }) => name.startsWith('gaussian/'));
  const config = isFirst ? ofVersion1(known as ConfigOfVersion1, hasGaussian) : (known as ScoreEstimatorConfig);
  checkPriorProbe(config.priorProbe, config.dims.theta, prior);
  const tensors = scoreTensors(record);
  const frame = frameOf(prior, config.frame);
  const model = modelOf(config, tensors.closedForm, method.isLawLeftOut ? undefined : method.besideLaw?.(frame));
  const estimator = scoreEstimator(method, { config, tensors, model, frame });
  const region = config.own?.region as AmortisedRegion | undefined;
  return region ? amortisedWithin(estimator, region) : estimator;
}

/** The config that estimators had before levels, networks and frames were values. */
interface ConfigOfVersion1 extends Pick<ScoreEstimatorConfig, 'kind' | 'dims' | 'priorProbe' | 'training'> {
  readonly architecture?: 'denoising' | 'paper';
  readonly network: DenoisingNetworkOptions & PaperNetworkOptions & { readonly zeroLast?: boolean };
  readonly parameterisation?: ParameterisationName;
  readonly levels: number;
  readonly diffusion?: DiffusionSpec;
  readonly theta: Standardisation;
  readonly x: Standardisation;
}

function ofVersion1(
  { architecture = 'paper', network, parameterisation, levels: count, diffusion, theta, x, ...same }: ConfigOfVersion1,
  hasGaussian: boolean,
): ScoreEstimatorConfig {
  const { zeroLast: _, ...options } = network;
  return {
    ...same,
    version: 2,
    network: { name: architecture, ...options },
    levels: diffusion
      ? { name: 'continuous', diffusion, weighting: 'of version 1', count }
      : { name: 'discrete', count },
    parameterisation: parameterisation ?? (hasGaussian ? 'score' : 'noise'),
    frame: { theta, x },
  };
}
