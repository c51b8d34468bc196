import type { Diffusion } from '../diffusion/diffusion';
import type { NoiseLevel } from '../diffusion/noise-level';
import type { VpLevels } from '../diffusion/vp-levels';
import { randomInteger, randomUniform, type Key } from '../graph/random';

/** The law of the levels that a network is trained on: `count` of them in columns [count, 1]. */
export type LevelLaw = (key: Key, count: number) => NoiseLevel;

/** The discrete levels t = 1, ..., T - 1, all as often. */
export function discreteLaw(levels: VpLevels): LevelLaw {
  return (key, count) => levels.at(randomInteger(key, [count], 1, levels.count));
}

/**
 * How a continuous loss weighs its levels, lambda(t) |s - s*|^2 with t uniform: `noise` has lambda = std^2, so that each level's noise counts alike;
 * `likelihood` has lambda = g^2, which bounds the likelihood of the flow's samples and makes more of small noise.
 */
export type Weighting = 'noise' | 'likelihood';

/**
 * The levels of a diffusion, by the weighting of their noise errors |eps_hat - eps|^2: times uniform for `noise`. The weight of `likelihood` beside
 * it is g^2 / std^2 = 2 du/dt, with the log noise ratio u, which is u uniform: the same loss with far less variance.
 * Source: Song et al. (2021), "Maximum likelihood training of score-based diffusion models", sections 4 and 4.3.
 */
export function continuousLaw(diffusion: Diffusion, weighting: Weighting = 'noise'): LevelLaw {
  const { earliest, latest, logRatio } = diffusion;
  return (key, count) =>
    weighting === 'noise'
      ? diffusion.at(randomUniform(key, [count], earliest, latest))
      : diffusion.atLogRatio(randomUniform(key, [count], logRatio(earliest), logRatio(latest)));
}
