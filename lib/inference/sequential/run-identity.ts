import { refuse } from '../../core/checks';
import type { Model } from '../../simulation/model';
import { simulate } from '../../simulation/simulate';
import { isBatched } from '../../simulation/simulator';
import type { Simulations } from '../../simulation/simulations';

/** What makes a run the same as another one: what was asked for, by name; JSON. */
export type RunIdentity = Readonly<Record<string, unknown>>;

/**
 * Refuses to go on with rounds that another run made.
 * @throws InvalidInputError with the first thing in which they differ.
 */
export function requireSameRun(store: string, kept: RunIdentity, own: RunIdentity): void {
  const text = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
  const other = Object.keys(own).find((name) => text(own[name]) !== text(kept[name]));
  if (other === undefined) return;
  const short = (value: unknown): string =>
    text(value).length > 200 ? `${text(value).slice(0, 200)}...` : text(value);
  refuse(
    `inRounds: keep ${store}`,
    `rounds of the same run, with ${other} ${short(own[other])}`,
    `rounds of one with ${short(kept[other])}`,
    'Keep this run elsewhere, or delete the rounds that are there.',
  );
}

/**
 * Refuses to go on with rounds of another simulator: the first simulation is made again, where it is not one of a
 * batch, and must be the same.
 * @param first the simulations of the first round.
 * @param seed with which they were made.
 * @throws InvalidInputError where it is another one.
 */
export async function requireSameSimulator(
  store: string,
  model: Model,
  first: Simulations,
  seed: number,
): Promise<void> {
  if (isBatched(model.simulator) || first.dropped > 0) return;
  const head = (of: Simulations): number[] => Array.from(of.x.dataSync().subarray(0, first.x.shape[1]));
  const theta = [Array.from(first.theta.dataSync().subarray(0, model.prior.dim))];
  const again = await simulate(model, 1, { seed, theta, workers: 0, progress: false });
  const [now, then] = [head(again), head(first)];
  again.dispose();
  if (now.join() === then.join()) return;
  refuse(
    `inRounds: keep ${store}`,
    'rounds of the same simulator',
    `rounds whose first simulation is [${then.slice(0, 4).join(', ')}], where the simulator now gives ` +
      `[${now.slice(0, 4).join(', ')}]`,
    'Keep this run elsewhere, or delete the rounds that are there.',
  );
}
