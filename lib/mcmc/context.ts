import type { LogDensity } from '../distributions/log-density';
import type { Tensors } from '../graph/tensors';

/** The tensors that tell a density from the others of its family, such as `{ x }` for a posterior; void for none. */
export type Context = Tensors | void;

/** The member of a family of densities at `context`, whose tensors stay the caller's. */
export function densityGiven<C extends Context>(density: LogDensity<C>, context: C): LogDensity {
  const { dim, support } = density;
  return {
    dim,
    ...(support && { support }),
    logProb: (theta) => density.logProb(theta, context),
    score: (theta) => density.score(theta, context),
  };
}
