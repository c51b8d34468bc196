/** Seconds, or another amount, of one round of a contestant. */
export type Measure = () => number | Promise<number>;

/** Contestants by name. */
export type Contestants = Record<string, Measure>;

/** What the rounds of one contestant gave. */
export interface Spread {
  readonly rounds: readonly number[];
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Wall-clock seconds of all rounds of all contestants that it ran in turns with. */
  readonly seconds: number;
}

/**
 * Measures contestants in turns, A B C A B C ..., so that whatever else the machine does meets all of them alike.
 * Each is run once before, unmeasured, if `warmUp` (default true).
 */
export async function inTurns(
  rounds: number,
  contestants: Contestants,
  { warmUp = true } = {},
): Promise<Record<string, Spread>> {
  const names = Object.keys(contestants);
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  if (warmUp) for (const name of names) await contestants[name]();
  const wall = await seconds(async () => {
    for (let round = 0; round < rounds; round++) for (const name of names) taken[name].push(await contestants[name]());
  });
  return Object.fromEntries(names.map((name) => [name, spread(taken[name], wall)]));
}

/** Median and range of numbers. */
export function spread(rounds: readonly number[], wall = 0): Spread {
  const sorted = [...rounds].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { rounds, median, min: sorted[0], max: sorted[sorted.length - 1], seconds: wall };
}

/** Each round's amount changed by `change`. */
export function each(one: Spread, change: (value: number) => number): Spread {
  return spread(one.rounds.map(change), one.seconds);
}

/** How many times longer `slow` took than `fast`, round by round. */
export function ratio(slow: Spread, fast: Spread): Spread {
  return spread(
    slow.rounds.map((value, i) => value / fast.rounds[i]),
    slow.seconds,
  );
}

/** The contestant with the smallest median. */
export function fastest(taken: Record<string, Spread>): [string, Spread] {
  return Object.entries(taken).reduce((a, b) => (b[1].median < a[1].median ? b : a));
}

/** The wall-clock seconds that `work` takes. */
export async function seconds(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
