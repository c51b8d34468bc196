import type { Diffusion } from '../diffusion/diffusion';
import type { Descent } from './descent';

/** A sampler that follows the reverse equations of any diffusion by its score alone. */
export interface DiffusionSampler {
  /** Name and settings: two samplers of the same id do the same. */
  readonly id: string;
  /** Score evaluations per particle of a whole draw; of an adaptive sampler, those of one step. */
  readonly calls: number;
  /** The rounds from the reference at the diffusion's largest time to samples. */
  descend(diffusion: Diffusion): Descent;
}
