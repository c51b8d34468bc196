import type * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount } from '../../core/checks';
import { requireDiffusion, twinDiffusion, type Diffusion, type DiffusionSpec } from '../../diffusion/diffusion';
import { unevenLevels } from '../../diffusion/noise-grid';
import type { NoiseLevel } from '../../diffusion/noise-level';
import { vpLinear } from '../../diffusion/vp';
import { vpLevels, type VpLevels } from '../../diffusion/vp-levels';
import { edm, noise, score, type Parameterisation } from '../../nn/score/parameterisations';
import { discreteLaw, squaredNorm, type LevelWeighting } from '../../training/level-law';
import type { TrainingLength } from '../../training/training-length';
import { balanced, type Weighting } from '../../training/weightings';

/** Levels by name, with the numbers that make them; JSON, so that a saved estimator keeps its own. */
export type LevelsSpec =
  | {
      readonly name: 'continuous';
      readonly diffusion: DiffusionSpec;
      readonly weighting: string;
      readonly count: number;
    }
  | { readonly name: 'discrete'; readonly count: number };

/**
 * On which noise levels a score is learned, and by which error: `continuous(vpLinear())` or `discrete({ count: 400 })`.
 */
export interface TrainingLevels {
  /** Name and numbers. */
  readonly spec: LevelsSpec;
  /** What the network's output is, beside a closed-form part or alone. */
  parameterisation(isBesideClosedForm: boolean): Parameterisation;
  /** The law of the levels, and what errors of the noise count there; `toOutput` gives them as errors of the output. */
  objective(toOutput: (error: tf.Tensor2D, level: NoiseLevel) => tf.Tensor2D): LevelWeighting;
  /** How long training lasts: alone, and on pairs of an emulator besides, with which there is more to learn. */
  readonly length: { readonly alone: TrainingLength; readonly besides: TrainingLength };
  /** The diffusion that samplers reverse, in units in which the variance is preserved. */
  readonly diffusion: Diffusion;
  /** As many discrete levels for samplers that go down such, ending at `smallestNoise` where that can be chosen. */
  samplerLevels(count: number, smallestNoise: number): VpLevels;
}

/** Options of {@link continuous}. */
export interface ContinuousOptions {
  /** What levels count: `weightings.balanced()`, ... Default balanced. */
  readonly weighting?: Weighting;
  /** What the network's output is: `parameterisations.edm()`, ... Default edm. */
  readonly parameterisation?: Parameterisation;
  /** Discrete levels of a sampler that goes down such, at least 3. Default 400. */
  readonly count?: number;
}

/**
 * Training in continuous time, on the noise of a diffusion.
 * @param diffusion default `vpLinear()`.
 * @param options see {@link ContinuousOptions}.
 * @throws InvalidInputError for a value that is no diffusion, weighting or parameterisation, or an invalid count.
 * Source: Song et al. (2021), "Score-based generative modeling through stochastic differential equations", equation
 * (7).
 * @example
 * continuous(ve(), { weighting: weightings.likelihood() }).spec.name; // 'continuous'
 */
export function continuous(diffusion: Diffusion = vpLinear(), options: ContinuousOptions = {}): TrainingLevels {
  const { weighting = balanced(), parameterisation = edm(), count = 400 } = objectOf('continuous: options', options);
  requireDiffusion('continuous', diffusion);
  const isWeighting = typeof weighting?.levels === 'function';
  demand('continuous weighting', isWeighting, 'one of weightings, such as weightings.balanced()', weighting);
  requireParameterisation('continuous', parameterisation);
  requireCount('continuous count', count, 3);
  const twin = twinDiffusion(diffusion);
  return {
    spec: { name: 'continuous', diffusion: diffusion.spec, weighting: weighting.name, count },
    parameterisation: () => parameterisation,
    objective: (toOutput) => weighting.levels(twin, toOutput),
    length: { alone: { ...length, steps: 10_000 }, besides: { ...length, steps: 20_000 } },
    diffusion: twin,
    samplerLevels: (count, smallestNoise) => unevenLevels(twin, { count, smallestNoise }),
  };
}

const length = { patience: 1 / 3, patienceOnRise: 1 / 15, validationRows };

/** A twentieth of the rows; of few, a tenth, up to 200: fewer would decide by chance. */
function validationRows(rows: number): number {
  return Math.max(rows / 20, Math.min(rows / 10, 200));
}

/** Options of {@link discrete}. */
export interface DiscreteOptions {
  /** T, at least 2. Default 400. */
  readonly count?: number;
  /** What the network's output is. Default `parameterisations.score()` beside a closed-form part, else `noise()`. */
  readonly parameterisation?: Parameterisation;
}

/**
 * Training on the discrete levels of the paper, `vpLevels({ count })`, all as often.
 * @param options see {@link DiscreteOptions}.
 * @throws InvalidInputError for a count below 2, or a value that is no parameterisation.
 * Source: Geffner et al., equation (2) and appendix B.1.
 * @example
 * discrete({ count: 100 }).spec; // { name: 'discrete', count: 100 }
 */
export function discrete(options: DiscreteOptions = {}): TrainingLevels {
  const { count = 400, parameterisation } = objectOf('discrete: options', options);
  const levels = vpLevels({ count });
  if (parameterisation) requireParameterisation('discrete', parameterisation);
  const length: TrainingLength = { steps: 6000, patience: 1 / 5 };
  return {
    spec: { name: 'discrete', count },
    parameterisation: (isBesideClosedForm) => parameterisation ?? (isBesideClosedForm ? score() : noise()),
    objective: () => ({ law: discreteLaw(levels), errorLoss: squaredNorm }),
    length: { alone: length, besides: length },
    // the network has seen no less noise than that of the first level
    diffusion: vpLinear({ earliest: Math.min(1 / count, 0.25) }),
    samplerLevels: (count) => vpLevels({ count }),
  };
}

function requireParameterisation(what: string, value: Parameterisation): void {
  const expected = 'one of parameterisations, such as parameterisations.edm()';
  demand(`${what} parameterisation`, typeof value?.scale === 'function', expected, value);
}
