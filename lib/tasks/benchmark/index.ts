/**
 * The ten tasks of the benchmark of simulation-based inference (Lueckmann et al., 2021), under their published names.
 */
import type { Task } from '../task';
import { bernoulliGlm, bernoulliGlmRaw } from './bernoulli-glm';
import { lotkaVolterra, sir } from './differential-equations';
import { gaussianLinear } from './gaussian-linear';
import { gaussianLinearUniform } from './gaussian-linear-uniform';
import { gaussianMixture } from './gaussian-mixture';
import { slcp, slcpDistractors } from './slcp';
import { twoMoons } from './two-moons';

export { bernoulliGlm, bernoulliGlmRaw, type BernoulliGlmTask } from './bernoulli-glm';
export { lotkaVolterra, sir, type OdeTask } from './differential-equations';
export { gaussianLinear } from './gaussian-linear';
export { gaussianLinearUniform, type BoxTask } from './gaussian-linear-uniform';
export { gaussianMixture } from './gaussian-mixture';
export { slcp, slcpDistractors, type SlcpTask } from './slcp';
export { twoMoons } from './two-moons';

/**
 * All ten tasks, in the order of the paper.
 * @example
 * tasks.benchmark.all().length; // 10
 */
export function all(): Task[] {
  return [
    gaussianLinear(),
    gaussianLinearUniform(),
    slcp(),
    slcpDistractors(),
    bernoulliGlm(),
    bernoulliGlmRaw(),
    gaussianMixture(),
    twoMoons(),
    sir(),
    lotkaVolterra(),
  ];
}
