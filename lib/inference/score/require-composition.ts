import type { Composition } from '../../compose/composed-score';
import { demand } from '../../core/checks';
import type { Frame } from '../frame';

/** Refuses what is no composition, one without an id, and one that needs a diffused prior that is not known. */
export function requireComposition(composition: Composition, { diffusedPriorScore }: Frame): void {
  const isOne = typeof composition?.compose === 'function' && typeof composition.isDiffused === 'function';
  demand('given: compose', isOne, 'a composition, such as factorized()', composition);
  const remedy = 'Its compiled samplers are kept under it: name every setting that changes what it does.';
  const hasId = typeof composition.id === 'string' && composition.id !== '';
  demand('given: compose.id', hasId, 'a text of name and settings', String(composition.id), remedy);
  demand(
    `given: compose ${composition.id}`,
    composition.needs.prior === 'score' || diffusedPriorScore !== undefined,
    'a prior whose law after diffusion is known, which this composition needs',
    'one without',
    'normal(), uniform(), logNormal(), and products and mixtures of these have it.',
  );
}
