import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Problem } from '../setup/problem.mjs';

export const usage = `npm run experiments -- --paper 001 [options]
npm run experiments -- --benchmark [options]
npm run experiments -- --classical [options]
npm run experiments -- --sequential [options]
npm run experiments -- --checks [options]
npm run experiments -- --many-observations [options]
  runs what is missing of a paper's experiments, or of those on the ten tasks of the benchmark, and keeps each finished run in results/; stop it and
  start it again as you like, and in several places at once
  --paper     the paper: ${papers().join(', ')}
  --benchmark the benchmark of simulation-based inference (Lueckmann et al., 2021)
  --classical the classical family on the benchmark: NPE, NLE, NRE, the same in rounds, and ABC
  --sequential scores in rounds, and of the likelihood, on the benchmark
  --checks    the diagnostics of the default estimators on the tasks of the benchmark
  --many-observations   compositions of scores against the number of observations, on three tasks with exact posteriors
  --jobs      processes at a time; default 1
  --seeds     40 is seeds 1 to 40; 3,7 or 3-7 picks some; default: the paper's 40, or 1 on the benchmark
  --tasks, --settings, --budgets   parts of the experiments, separated by commas; default: all, on the benchmark of budgets 1000,10000
  --n         numbers of observations of a paper's experiments, separated by commas; default: all
  --observations   published ones, on the benchmark: 3 is numbers 1 to 3; 3,7 or 3-7 picks some; default: 1 to 10
  --list      prints what can be chosen
  --dry-run   prints what is done and what is missing`;

/**
 * What the command was asked for.
 * @typedef {object} Asked
 * @property {string} definition the module beside this one that defines the experiments, such as `paper-001`
 * @property {number} jobs
 * @property {boolean} list
 * @property {boolean} dryRun
 * @property {boolean} help
 * @property {string[] | undefined} tasks
 * @property {{ settings?: string[], seeds?: number[], budgets?: number[], n?: number[], observations?: number[] }}
 * options for the definition of the experiments
 */

/**
 * Reads the command line.
 * @param {string[]} args
 * @returns {Asked}
 */
export function experimentArguments(args) {
  const { values } = parsed(args);
  const { help = false, list = false } = values;
  if (!help) refuseWrongKind(values);
  const words = (/** @type {string | undefined} */ text) => text?.split(',').map((word) => word.trim());
  const numbers = (/** @type {'budgets' | 'n'} */ name) =>
    words(values[name])?.map((word) => wholeNumber(`--${name}`, word, 1));
  const options = {
    settings: words(values.settings),
    seeds: picked('--seeds', values.seeds, 0),
    budgets: numbers('budgets'),
    n: numbers('n'),
    observations: picked('--observations', values.observations, 1),
  };
  return {
    definition: onBenchmark(values)[0] ?? `paper-${values.paper ?? ''}`,
    jobs: wholeNumber('--jobs', values.jobs ?? '1', 1),
    list,
    dryRun: values['dry-run'] ?? false,
    help,
    tasks: words(values.tasks),
    options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
}

/** @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args,
      options: {
        paper: { type: 'string' },
        benchmark: { type: 'boolean' },
        classical: { type: 'boolean' },
        sequential: { type: 'boolean' },
        checks: { type: 'boolean' },
        'many-observations': { type: 'boolean' },
        jobs: { type: 'string' },
        seeds: { type: 'string' },
        tasks: { type: 'string' },
        settings: { type: 'string' },
        budgets: { type: 'string' },
        n: { type: 'string' },
        observations: { type: 'string' },
        list: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new Problem(`${/** @type {Error} */ (error).message}\n\n${usage}`);
  }
}

/**
 * The definitions, those of papers aside, that a command asks for.
 * @param {{ benchmark?: boolean, classical?: boolean, sequential?: boolean, checks?: boolean,
 * 'many-observations'?: boolean }} values
 */
function onBenchmark({ benchmark, classical, sequential, checks, 'many-observations': manyObservations }) {
  const kinds = { benchmark, classical, sequential, checks, 'many-observations': manyObservations };
  return Object.entries(kinds).flatMap(([name, isAsked]) => (isAsked ? [name] : []));
}

/**
 * Refuses a command that asks for no experiments, for two kinds at once, or for what its kind does not have.
 * @param {{ paper?: string, n?: string, observations?: string } & Parameters<typeof onBenchmark>[0]} values
 */
function refuseWrongKind({ paper, n, observations, ...kinds }) {
  const asked = [...onBenchmark(kinds), ...(paper === undefined ? [] : ['paper'])];
  if (asked.length > 1)
    throw new Problem(`Either ${asked.map((name) => `--${name}`).join(' or ')}: one command runs one of them.`);
  if (asked.length === 1 && paper === undefined) {
    if (n !== undefined)
      throw new Problem('--n belongs to --paper; --observations picks the published observations of the benchmark.');
    if (kinds.checks && observations !== undefined)
      throw new Problem('--observations: --checks draws its own, fresh ones for each check.');
    if (kinds['many-observations'] && observations !== undefined)
      throw new Problem('--observations: --many-observations has its own, the same in all its settings.');
    return;
  }
  if (paper === undefined)
    throw new Problem(
      `Which experiments? Say --benchmark, --classical, --sequential, --checks, --many-observations, or --paper with one of: ${papers().join(', ')}.`,
    );
  if (!papers().includes(paper))
    throw new Problem(`There are no experiments of a paper "${paper}"; there are those of: ${papers().join(', ')}.`);
  if (observations !== undefined)
    throw new Problem(
      '--observations belongs to --benchmark, --classical and --sequential; --n is how many observations a paper simulates.',
    );
}

/**
 * @param {string} name
 * @param {string | undefined} text `40`, `3,7`, `3-7` or `1,5-8`
 * @param {number} least
 */
function picked(name, text, least) {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return range(1, wholeNumber(name, text, 1));
  return text.split(',').flatMap((word) => {
    const bounds = word.split('-').map((part) => wholeNumber(name, part.trim(), least));
    const [from] = bounds;
    const to = bounds[1] ?? from;
    if (to < from) throw new Problem(`${name}: expected the smaller number first, received "${word}".`);
    return range(from, to);
  });
}

/**
 * @param {number} from
 * @param {number} to
 */
function range(from, to) {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} least
 */
function wholeNumber(name, text, least) {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new Problem(`${name}: expected whole numbers of at least ${least}, received "${text}".`);
  return Number(text);
}

/** The papers whose experiments are defined beside this file. */
function papers() {
  const folder = dirname(fileURLToPath(import.meta.url));
  return readdirSync(folder).flatMap((file) => /^paper-(\w+)\.mjs$/.exec(file)?.[1] ?? []);
}
