import type { Fit } from './fit';

/** The fit of two trainings, the second of which went on from the first's weights, with the weights of the second. */
export function joined(first: Fit, second: Fit): Fit {
  const reached = first.history[first.history.length - 1].epoch;
  // where it began is where the first was at its best
  const later = second.history.slice(1).map((point) => ({ ...point, epoch: reached + point.epoch }));
  return {
    ...second,
    history: [...first.history, ...later],
    bestEpoch: second.bestEpoch > 0 ? reached + second.bestEpoch : first.bestEpoch,
    steps: first.steps + second.steps,
    seconds: first.seconds + second.seconds,
  };
}
