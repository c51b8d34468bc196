import { experimentArguments } from '../experiments/arguments.mjs';
import { Problem } from '../setup/problem.mjs';

export const usage = `npm run sweep -- --paper 001 [parts] --cores 8
npm run sweep -- --benchmark [parts] --profile slurm
  runs what is missing of the experiments as jobs of Snakemake, here or on a cluster; the parts are those of npm run
  experiments: --paper, --benchmark, --classical or --sequential, --tasks, --settings, --budgets, --seeds, --n,
  --observations; --list and --dry-run print what there is, and what would be done
  --cores     cores of this machine; default 1
  --profile   a cluster instead: slurm, a folder with a config.yaml for Snakemake, or the name of one of yours
  --threads   threads of a job; default 1
  --minutes   how long a job should last, as far as earlier runs tell; default 10
  --runs-per-job   trainings in a job, whatever they take
  --retries   attempts after a job that died, each with twice the memory and time; default 2
  --others    rows of another version of the code or the settings: keep counts them as done, replace runs them again
  --engine    makes the engine's environment, .venv-sweep, and starts nothing
  --report    writes the page of the sweep, and starts nothing
  --deploy FILE.tar.gz   packs the clone with all that it needs, for a place without a network`;

const texts = ['cores', 'profile', 'threads', 'minutes', 'runs-per-job', 'retries', 'others', 'deploy'];
const flags = ['report', 'engine'];

/**
 * What the command was asked for.
 * @typedef {object} SweepAsked
 * @property {import('../experiments/arguments.mjs').Asked} experiments
 * @property {number} cores
 * @property {string | undefined} profile
 * @property {{ threads: number, minutes: number, runsPerJob?: number }} jobs
 * @property {number} retries
 * @property {'keep' | 'replace' | undefined} others
 * @property {boolean} report
 * @property {boolean} engine
 * @property {string | undefined} deploy
 */

/**
 * Reads the command line.
 * @param {readonly string[]} args
 * @returns {SweepAsked}
 */
export function sweepArguments(args) {
  const { values, rest } = parted(args);
  if (rest.includes('--jobs'))
    throw new Problem('--jobs belongs to npm run experiments; say --cores, or --profile for a cluster.');
  if (values.cores !== undefined && values.profile !== undefined)
    throw new Problem('Either --cores or --profile: a profile says itself how much may run at a time.');
  const { others } = values;
  if (others !== undefined && others !== 'keep' && others !== 'replace')
    throw new Problem(`--others: expected keep or replace, received "${others}".`);
  const runsPerJob = values['runs-per-job'];
  return {
    // the engine and a pack are of no experiment
    experiments: experimentArguments('engine' in values || 'deploy' in values ? ['--help'] : rest),
    cores: count('cores', values.cores ?? '1', 1),
    profile: values.profile,
    jobs: {
      threads: count('threads', values.threads ?? '1', 1),
      minutes: count('minutes', values.minutes ?? '10', 1),
      ...(runsPerJob !== undefined && { runsPerJob: count('runs-per-job', runsPerJob, 1) }),
    },
    retries: count('retries', values.retries ?? '2', 0),
    others,
    report: 'report' in values,
    engine: 'engine' in values,
    deploy: values.deploy,
  };
}

/**
 * The options of the sweep, and all others.
 * @param {readonly string[]} args
 */
function parted(args) {
  /** @type {Record<string, string>} */
  const values = {};
  /** @type {string[]} */
  const rest = [];
  for (let i = 0; i < args.length; i++) {
    const [, name, given] = /^--([\w-]+)(?:=(.*))?$/s.exec(args[i]) ?? [];
    if (flags.includes(name)) values[name] = '';
    else if (texts.includes(name)) {
      const value = given ?? args[++i];
      if (value === undefined || value.startsWith('--')) throw new Problem(`--${name}: expected a value.\n\n${usage}`);
      values[name] = value;
    } else rest.push(args[i]);
  }
  return { values, rest };
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} least
 */
function count(name, text, least) {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new Problem(`--${name}: expected a whole number of at least ${least}, received "${text}".`);
  return Number(text);
}
