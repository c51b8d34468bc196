import type { Prior } from '../distributions/prior';
import type { AnySimulator } from './simulator';

/** What inference needs to know of a problem: where the parameters come from, and what they do. */
export interface Model {
  /** The law of the parameters [D]. */
  readonly prior: Prior;
  /** What makes data [L] of parameters. */
  readonly simulator: AnySimulator;
}
