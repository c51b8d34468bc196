import type { DiffusionSpec } from '../../diffusion/diffusion';
import { frameOf, type ScoreModel, type ScoreModelTensors } from '../../nn/score/score-model';
import type { Parameterisation } from '../../nn/score/parameterisation';
import { estimatorNetwork, type Architecture, type NetworkSettings } from './estimator-network';

/** What a trained score is besides its tensors; JSON. */
export interface ScoreModelConfig {
  readonly dims: { readonly theta: number; readonly x: number };
  readonly network: NetworkSettings;
  /** Default `paper`, as of estimators before there was another. */
  readonly architecture?: Architecture;
  /** Default: `score` beside a Gaussian part, else `noise`. */
  readonly parameterisation?: Parameterisation;
  /** T of the levels that the network was trained on, where it was on discrete ones. */
  readonly levels: number;
  /** The diffusion that it was trained on in continuous time; without it, on discrete levels. */
  readonly diffusion?: DiffusionSpec;
}

/** The network of a config, and what its output means. */
export function modelOf(
  { dims, architecture = 'paper', network, parameterisation }: ScoreModelConfig,
  tensors: Pick<ScoreModelTensors, 'gaussian' | 'frame'>,
): ScoreModel {
  const used = parameterisation ?? (tensors.gaussian.length > 0 ? 'score' : 'noise');
  const hasResidual = used === 'edm' && frameOf(tensors).length > 0;
  return { network: estimatorNetwork(dims, architecture, network, hasResidual), parameterisation: used };
}
