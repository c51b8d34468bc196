import type { Estimator } from '../contract/estimator';
import type { Posterior } from '../contract/posterior';
import { objectOf, refuse, requireFunction } from '../core/checks';

/**
 * What gives posteriors: an estimator of any method, or a function from observations xObs [n, L] to a posterior, such
 * as `(xObs) => task.exactPosterior(xObs)`.
 */
export type PosteriorSource = Pick<Estimator, 'given' | 'drawEach' | 'logProbEach'> | ((xObs: number[][]) => Posterior);

/** The posterior of a source; the caller disposes it. */
export function posteriorOf(source: PosteriorSource, xObs: number[][]): Posterior {
  const posterior = typeof source === 'function' ? source(xObs) : source.given(xObs);
  return posterior ?? refuse('posterior', 'a posterior { sample } for the observations', posterior);
}

/** Refuses what is neither an estimator nor a function. */
export function requireSource(what: string, source: PosteriorSource): void {
  if (typeof source === 'function') return;
  const expected = 'an estimator, or a function (xObs) => posterior';
  const { given, drawEach } = objectOf(what, source, expected);
  requireFunction(`${what}.given`, given, expected);
  requireFunction(`${what}.drawEach`, drawEach, expected);
}
