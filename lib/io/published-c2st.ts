import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demand, refuse } from '../core/checks';
import { dataFolder } from './data-folder';

/** The C2ST of one algorithm on one task of the benchmark, as published: 0.5 is best, 1 is worst. */
export interface PublishedC2st {
  /** The task's name, such as `two_moons`. */
  readonly task: string;
  /** Simulator calls. */
  readonly budget: number;
  /** The algorithm's name: `NPE`, `NLE`, `NRE`, sequential with an S before it, `REJ-ABC` or `SMC-ABC`. */
  readonly algorithm: string;
  /** Mean over observations. */
  readonly mean: number;
  /** Standard deviation over observations; null where it was not published. */
  readonly std: number | null;
  /** How many observations. */
  readonly observations: number;
  /** Whether the task was the one of `tasks.benchmark`: `gaussian_mixture` has been corrected since. */
  readonly comparable: boolean;
}

const fileName = 'sbibm-c2st.csv';

/**
 * The C2ST figures published with the benchmark, a record for each task, budget and algorithm.
 *
 * `gaussian_mixture` has figures from before its correction, which are not comparable, and those of the rerun after it.
 * @throws InvalidInputError where the project's data folder is not found, or the file is malformed.
 * Source: Lueckmann et al. (2021); data/published/README.md says where the figures come from.
 * @example
 * const published = await publishedC2st();
 * published.filter(({ task }) => task === 'two_moons').length; // 24
 */
export async function publishedC2st(): Promise<PublishedC2st[]> {
  const file = join(dataFolder('published', fileName), fileName);
  const remedy = 'Run the program in a clone of the project, whose data folder has them.';
  demand('publishedC2st', existsSync(file), `the published figures in ${file}`, 'no such file', remedy);
  const { read } = await import('vega');
  const parse = { budget: 'number', mean: 'number', std: 'number', observations: 'number' } as const;
  const records = read(readFileSync(file, 'utf8'), { type: 'csv', parse }) as Record<string, unknown>[];
  return records.map((record, i) => figure(record, i + 2));
}

function figure(record: Record<string, unknown>, line: number): PublishedC2st {
  const { task, budget, algorithm, mean, std, observations, comparable } = record;
  const numbers = [budget, mean, observations, std ?? 0].every(Number.isFinite);
  if (!numbers || typeof task !== 'string' || typeof algorithm !== 'string' || !/^(yes|no)$/.test(String(comparable))) {
    const expected = 'task, budget, algorithm, mean, std or nothing, observations, and yes or no';
    refuse(`publishedC2st: line ${line}`, expected, JSON.stringify(record));
  }
  return { ...(record as unknown as PublishedC2st), comparable: comparable === 'yes' };
}
