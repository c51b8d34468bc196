import type { Score } from '../../diffusion/noise-level';
import { restoreDiffusion } from '../../diffusion/restore-diffusion';
import type { ClosedFormTensors } from '../../nn/score/closed-form';
import { restoreParameterisation, type ParameterisationName } from '../../nn/score/parameterisations';
import { restoreNetwork } from '../../nn/score/restore-network';
import { scoreModel, type ScoreModel } from '../../nn/score/score-model';
import type { NetworkSpec } from '../../nn/score/score-network';
import { continuous, discrete, type LevelsSpec, type TrainingLevels } from './levels';

/** What a trained score is besides its tensors; JSON. */
export interface ScoreModelConfig {
  readonly dims: { readonly theta: number; readonly x: number };
  readonly network: NetworkSpec;
  readonly levels: LevelsSpec;
  readonly parameterisation: ParameterisationName;
}

/** The model of a config; beside a law, where it learned a likelihood's score. */
export function modelOf(config: ScoreModelConfig, closedForm: ClosedFormTensors, law?: Score): ScoreModel {
  const { network, parameterisation, dims } = config;
  return scoreModel(restoreNetwork(network), restoreParameterisation(parameterisation), dims, closedForm, law);
}

/** The levels of a config, as samplers see them: its weighting is told, and counts in training only. */
export function levelsOf({ levels }: ScoreModelConfig): TrainingLevels {
  const { count } = levels;
  return levels.name === 'discrete' ? discrete({ count }) : continuous(restoreDiffusion(levels.diffusion), { count });
}
