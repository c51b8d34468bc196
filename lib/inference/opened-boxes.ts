import type { Prior } from '../distributions/prior';

/**
 * A prior whose boxes count as open, for the coordinates in which a network sees theta as what data are given, not as
 * what is drawn: to a likelihood the walls of a box mean nothing, and beside them it is smooth. One bound still makes
 * the scale logarithmic.
 */
export function openedBoxes({ dim, sample, logProb, support }: Prior): Prior {
  if (!support) return { dim, sample, logProb };
  const isBox = support.lower.map((lower, i) => Number.isFinite(lower) && Number.isFinite(support.upper[i]));
  const lower = support.lower.map((bound, i) => (isBox[i] ? -Infinity : bound));
  const upper = support.upper.map((bound, i) => (isBox[i] ? Infinity : bound));
  return { dim, sample, logProb, support: { lower, upper } };
}
