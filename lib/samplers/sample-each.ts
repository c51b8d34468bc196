import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import { longWork, type PartOptions } from '../core/host';
import type { Tensors } from '../graph/tensors';
import type { SampleOptions, SamplingProgram } from './sample';
import type { Sampler } from './sampler';

/** Particles of one pass, each of which has a target of its own. */
const perPass = 10_000;

/** The rows of a draw in which each particle has a target of its own. */
export interface OwnTargets<C extends Tensors, O extends Tensors> {
  /** How many there are, R. */
  readonly rows: number;
  /** D. */
  readonly dim: number;
  /** What the targets of rows `start` to `start + count` have of their own; the draw disposes the tensors. */
  own(start: number, count: number): O;
  /** The context of these targets, which may have tensors besides that are kept. */
  context(own: O): C;
}

/**
 * One draw for each of many targets, [R, D], in few passes of a sampler whose particles are independent; the caller
 * disposes the tensor.
 *
 * All passes have as many particles, so that there is one graph: the last one repeats rows.
 * @throws what the program's `sample` throws.
 */
export async function sampleEach<C extends Tensors, O extends Tensors>(
  program: SamplingProgram<C>,
  { rows, dim, own, context }: OwnTargets<C, O>,
  { seed, ...work }: SampleOptions & PartOptions,
): Promise<tf.Tensor2D> {
  const count = Math.min(perPass, rows);
  const passes: tf.Tensor2D[] = [];
  return longWork('Sampling', rows, work, async (progress, signal) => {
    try {
      for (let from = 0; from < rows; from += perPass) {
        const start = Math.min(from, rows - count);
        const some = own(start, count);
        try {
          const options = { seed: seed + from, signal, progress: false };
          const drawn = await program.sample(context(some), { n: 1, dim }, count, options);
          passes.push(tf.tidy(() => tf.slice(drawn, [from - start, 0], [-1, -1])));
          drawn.dispose();
        } finally {
          tf.dispose(some as tf.TensorContainer);
        }
        progress.update(Math.min(rows, from + perPass));
      }
      return tf.tidy(() => tf.concat(passes));
    } finally {
      tf.dispose(passes);
    }
  });
}

/**
 * Refuses a sampler that takes statistics over particles for a draw in which each has a target of its own.
 * @throws InvalidInputError with what to do.
 */
export function requireIndependent(what: string, { poolsParticles, id }: Sampler): void {
  demand(
    what,
    !poolsParticles,
    'a sampler whose particles are independent',
    `${id}, whose steps take statistics over all particles`,
    'dpmSolver(), probabilityFlow(), gaussianTransitions() and annealedLangevin() have no such statistics.',
  );
}
