import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Problem } from '../setup/problem.mjs';

export const usage = `npm run experiments -- --paper 001 [options]
  runs what is missing of a paper's experiments, and keeps each finished run in results/; stop it and start it again as you like
  --paper     the paper: ${papers().join(', ')}
  --jobs      processes at a time; default 1
  --seeds     40 is seeds 1 to 40; 3,7 or 3-7 picks some; default: the paper's
  --tasks, --settings, --budgets, --n   parts of the experiments, separated by commas; default: all
  --list      prints what can be chosen
  --dry-run   prints what is done and what is missing`;

/**
 * What the command was asked for.
 * @typedef {object} Asked
 * @property {string} paper such as `001`
 * @property {number} jobs
 * @property {boolean} list
 * @property {boolean} dryRun
 * @property {boolean} help
 * @property {string[] | undefined} tasks
 * @property {{ settings?: string[], seeds?: number[], budgets?: number[], n?: number[] }} options for the definition of the experiments
 */

/**
 * Reads the command line.
 * @param {string[]} args
 * @returns {Asked}
 */
export function experimentArguments(args) {
  const { values } = parsed(args);
  const { help = false, list = false } = values;
  if (!help && !papers().includes(values.paper ?? ''))
    throw new Problem(
      values.paper === undefined
        ? `Which paper? Say --paper with one of: ${papers().join(', ')}.`
        : `There are no experiments of a paper "${values.paper}"; there are those of: ${papers().join(', ')}.`,
    );
  const words = (/** @type {string | undefined} */ text) => text?.split(',').map((word) => word.trim());
  const numbers = (/** @type {'budgets' | 'n'} */ name) =>
    words(values[name])?.map((word) => wholeNumber(`--${name}`, word, 1));
  const options = {
    settings: words(values.settings),
    seeds: values.seeds === undefined ? undefined : seedsOf(values.seeds),
    budgets: numbers('budgets'),
    n: numbers('n'),
  };
  return {
    paper: values.paper ?? '',
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
        jobs: { type: 'string' },
        seeds: { type: 'string' },
        tasks: { type: 'string' },
        settings: { type: 'string' },
        budgets: { type: 'string' },
        n: { type: 'string' },
        list: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new Problem(`${/** @type {Error} */ (error).message}\n\n${usage}`);
  }
}

/** @param {string} text `40`, `3,7`, `3-7` or `1,5-8` */
function seedsOf(text) {
  if (/^\d+$/.test(text)) return range(1, wholeNumber('--seeds', text, 1));
  return text.split(',').flatMap((word) => {
    const [from, to = from] = word.split('-').map((part) => wholeNumber('--seeds', part.trim(), 0));
    if (to < from) throw new Problem(`--seeds: expected the smaller number first, received "${word}".`);
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
