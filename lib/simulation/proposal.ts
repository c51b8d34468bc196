import * as tf from '@tensorflow/tfjs';
import { demand, refuse } from '../core/checks';
import type { LongWorkOptions } from '../core/host';
import { rng } from '../core/rng';
import { toTensor2D } from '../core/rows';
import type { Proposal } from '../contract/proposal';
import type { Prior } from '../distributions/prior';
import { priorSamples } from '../distributions/prior-samples';
import { checkShape } from '../distributions/prior-shape';
import { showTheta } from './simulation-error';

/**
 * A prior as a proposal, with the draws of `priorSamples(prior, count, seed)`.
 * @throws InvalidInputError for what is no prior.
 * @example
 * const proposal = proposalOf(uniform({ lower: [0, 0], upper: [1, 2] }));
 * await proposal.sample(100, { seed: 1 }); // shape [100, 2]
 */
export function proposalOf(prior: Prior): Proposal {
  checkShape(prior, 'proposalOf: prior');
  return {
    dim: prior.dim,
    // async, so that a refusal is a rejection
    sample: async (count, { seed }) => priorSamples(prior, count, seed),
    logProb: async (theta) => tf.tidy((): tf.Tensor1D => tf.reshape(prior.logProb(theta), [theta.shape[0]])),
  };
}

/** An item's forks are numbers from 0 on and drawObservations' is -1: this is the proposal's. */
const proposalFork = -2;

/**
 * The parameters [count * D] of one call of the proposal, each within the prior's support.
 * @param options of `simulate`; the proposal's seed is derived from its seed.
 * @throws InvalidInputError for another shape, NaN or infinity, or draws outside the support, with how many and the
 * first.
 */
export async function proposedParameters(
  proposal: Proposal,
  count: number,
  { dim, support }: Pick<Prior, 'dim' | 'support'>,
  { seed, signal, progress }: LongWorkOptions & { seed: number },
): Promise<Float32Array> {
  const what = 'simulate: proposal';
  demand(what, proposal.dim === dim, `one of ${dim} parameters, as the prior has`, `one of ${proposal.dim}`);
  const own = rng(seed)
    .fork(proposalFork)
    .integer(0, 2 ** 31);
  const drawn: unknown = await proposal.sample(count, { seed: own, signal, progress });
  if (!(drawn instanceof tf.Tensor)) refuse(what, `a tensor [${count}, ${dim}] from sample`, drawn);
  try {
    const fits = drawn.rank === 2 && drawn.shape[0] === count && drawn.shape[1] === dim;
    demand(what, fits, `draws of the shape [${count}, ${dim}]`, `the shape [${drawn.shape.join(', ')}]`);
    const table = toTensor2D(drawn as tf.Tensor2D, what);
    // a copy: the buffer moves rows when it drops some
    const thetas = Float32Array.from(table.dataSync());
    table.dispose();
    if (support) requireWithin(what, thetas, { dim, support });
    return thetas;
  } finally {
    drawn.dispose();
  }
}

function requireWithin(
  what: string,
  thetas: Float32Array,
  { dim, support: { lower, upper } }: Required<Pick<Prior, 'dim' | 'support'>>,
): void {
  // draws are rounded to float32, and so may pass a bound by its own rounding
  const [low, high] = [lower, upper].map((bounds) => Float32Array.from(bounds));
  const rows = Array.from({ length: thetas.length / dim }, (_, i) => thetas.subarray(i * dim, (i + 1) * dim));
  const outside = rows.flatMap((row, i) => (row.every((value, k) => value >= low[k] && value <= high[k]) ? [] : [i]));
  demand(
    what,
    outside.length === 0,
    "draws within the prior's support",
    `${outside.length} of ${rows.length} outside, the first in row ${outside[0]}: ${showTheta(rows[outside[0]] ?? [])}`,
    'A proposal must not leave the prior: truncate it to the support.',
  );
}
