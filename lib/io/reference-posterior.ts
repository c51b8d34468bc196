import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demand, objectOf, refuse } from '../core/checks';
import { dataFolder } from './data-folder';

/** One published observation of a benchmark task. */
export interface PublishedObservation {
  /** The true parameters [D]. */
  readonly theta: number[];
  /** The data, as one observation [1, L]. */
  readonly xObs: number[][];
}

/** A published observation with samples of its posterior. */
export interface ReferencePosterior extends PublishedObservation {
  /** The published samples [10000, D]. */
  readonly samples: number[][];
}

type Published = Readonly<
  Record<string, { readonly reference: string; readonly observations: readonly PublishedObservation[] }>
>;

const sampleCount = 10_000;

/**
 * Observation `k` of a benchmark task as published, with its true parameters; needs no set-up.
 * @param task one of `tasks.benchmark`; its name is read.
 * @param k from 1 to 10.
 * @throws InvalidInputError for another task or k, and where the project's data folder is not found.
 * @example
 * publishedObservation(tasks.benchmark.sir(), 1).xObs; // [[0, 1, 352, 40, 3, 0, 0, 0, 0, 0]]
 */
export function publishedObservation(task: { readonly name: string }, k: number): PublishedObservation {
  const { theta, xObs } = entryOf('publishedObservation', task, k).observation;
  return { theta: [...theta], xObs: xObs.map((row) => [...row]) };
}

/**
 * Observation `k` of a benchmark task with 10,000 published samples of its posterior.
 * @param task one of `tasks.benchmark`; its name is read.
 * @param k from 1 to 10.
 * @throws InvalidInputError for another task or k, and where the samples are missing: the project's set-up fetches
 * them.
 * Source: Lueckmann et al. (2021); data/sbibm/README.md says where the data come from.
 */
export function referencePosterior(task: { readonly name: string }, k: number): ReferencePosterior {
  const { observation, reference } = entryOf('referencePosterior', task, k);
  const file = join(dataOf(), 'reference', `${reference}-${String(k).padStart(2, '0')}.f32`);
  const dim = observation.theta.length;
  const bytes = existsSync(file) ? readFileSync(file) : undefined;
  if (bytes?.length !== 4 * sampleCount * dim) {
    const expected = `${sampleCount} samples of ${dim} parameters in ${file}`;
    const remedy = 'Run npm run setup, which fetches the published samples.';
    refuse('referencePosterior', expected, bytes ? `${bytes.length} bytes` : 'no such file', remedy);
  }
  const samples = Array.from({ length: sampleCount }, (_, i) =>
    Array.from({ length: dim }, (_, j) => bytes.readFloatLE(4 * (i * dim + j))),
  );
  return { theta: [...observation.theta], xObs: observation.xObs.map((row) => [...row]), samples };
}

const dataOf = (): string => dataFolder('sbibm', 'observations.json');

let published: Published | undefined;

function entryOf(
  what: string,
  task: { readonly name: string },
  k: number,
): { observation: PublishedObservation; reference: string } {
  const { name } = objectOf(`${what}: task`, task, 'one of tasks.benchmark');
  const file = join(dataOf(), 'observations.json');
  const isThere = published !== undefined || existsSync(file);
  const remedy = 'Run the program in a clone of the project, whose data folder has them.';
  demand(what, isThere, `the published observations in ${file}`, 'no such file', remedy);
  published ??= JSON.parse(readFileSync(file, 'utf8')) as Published;
  const isKnown = Object.hasOwn(published, name);
  demand(`${what}: task`, isKnown, `a benchmark task: ${Object.keys(published).join(', ')}`, name);
  const { observations, reference } = published[name];
  const isNumber = Number.isInteger(k) && k >= 1 && k <= observations.length;
  demand(`${what}: k`, isNumber, `a whole number from 1 to ${observations.length}`, k);
  return { observation: observations[k - 1], reference };
}
