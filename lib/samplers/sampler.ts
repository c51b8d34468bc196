import { demand } from '../core/checks';
import type { Diffusion } from '../diffusion/diffusion';
import type { VpLevels } from '../diffusion/vp-levels';
import type { Descent } from './descent';

/** The noise that a sampler goes down through: a diffusion in continuous time, and discrete levels of it. */
export interface NoiseSchedule {
  /** What the reverse equations are those of. */
  readonly diffusion: Diffusion;
  /**
   * What annealed Langevin dynamics, Algorithm 2 and the predictor-corrector go down, unless they have levels of their
   * own.
   */
  readonly levels: VpLevels;
}

/** A way from noise to samples of whatever a score is the score of. */
export interface Sampler {
  /** Name and settings: two samplers of the same id do the same. */
  readonly id: string;
  /** Whether it follows a reverse equation, and so needs the score of a diffused density. */
  readonly needsDiffused: boolean;
  /**
   * Whether its steps take statistics over all particles, which must then be many and of one density; without,
   * particles are independent, and each may have a density of its own.
   */
  readonly poolsParticles: boolean;
  /**
   * The rounds from the noise of a schedule to samples.
   * @throws InvalidInputError for a part of the schedule that it needs and that is missing.
   */
  descend(schedule: Partial<NoiseSchedule>): Descent;
}

/** The diffusion of a schedule, for a sampler that needs it. */
export function diffusionOf({ diffusion }: Partial<NoiseSchedule>, sampler: string): Diffusion {
  demand(`${sampler} schedule`, diffusion !== undefined, 'a diffusion', 'none', 'Pass { diffusion: vpLinear() }, say.');
  return diffusion!;
}
