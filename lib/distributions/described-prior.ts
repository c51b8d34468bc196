import { counted, described } from '../core/description';
import type { Prior } from './prior';

/** Support of more parameters is told by its first ones. */
const SHOWN = 4;

/** A prior that is printed as its law's name, its size and its support. */
export function describedPrior<P extends Prior>(law: string, prior: P): P {
  return described(prior, () => ({
    title: `${law} prior of ${counted(prior.dim, 'parameter')}`,
    facts: { support: supportText(prior), next: 'simulate({ prior, simulator }, 1_000, { seed: 1 })' },
    variable: 'prior',
  }));
}

function supportText({ dim, support }: Prior): string {
  if (!support) return 'everywhere';
  const side = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : `${value}`);
  const intervals = support.lower.slice(0, SHOWN).map((low, d) => `(${side(low)}, ${side(support.upper[d])})`);
  return intervals.join(' × ') + (dim > SHOWN ? ' × ...' : '');
}
