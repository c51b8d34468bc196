import type { Prior } from '../distributions/prior';
import { demand, objectOf } from '../core/checks';
import { checkShape } from '../distributions/prior-shape';
import { isAsynchronous, isBatched, type AnySimulator } from './simulator';

/** What inference needs to know of a problem: where the parameters come from, and what they do. */
export interface Model {
  /** The law of the parameters [D]. */
  readonly prior: Prior;
  /** What makes data [L] of parameters. */
  readonly simulator: AnySimulator;
}

/**
 * A model with a prior and a simulator, by their kinds.
 * @param what the call in messages.
 * @throws InvalidInputError for what is no model, with the part that is missing.
 */
export function checkedModel(what: string, model: Model): Model {
  const { prior, simulator } = objectOf(`${what}: model`, model, 'a model { prior, simulator }, such as a task');
  const isSimulator = typeof simulator === 'function' || isBatched(simulator) || isAsynchronous(simulator);
  const expected = 'a function (theta, rng) => numbers, or one of simulators.*';
  demand(`${what}: simulator`, isSimulator, expected, simulator);
  checkShape(prior, `${what}: prior`);
  return model;
}
