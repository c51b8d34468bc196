/** What each folder of lib/ may import from the others: imports go down only. Lint and a test read this table. */
/** @type {Readonly<Record<string, readonly string[]>>} */
export const arrows = {
  core: [],
  // Plain data that goes to disk and into figures.
  records: ['core'],
  // Numbers on the host, in float64.
  maths: ['core'],
  graph: ['core'],
  diffusion: ['core', 'maths'],
  // A prior knows its own law after diffusion, where that has a closed form.
  distributions: ['core', 'maths', 'diffusion'],
  // What every method keeps: posteriors, estimators, proposals; types, and how they are printed.
  contract: ['core', 'records', 'distributions'],
  simulation: ['core', 'contract', 'distributions'],
  // Values: a prior, a simulator, and what is known of the posterior.
  tasks: ['core', 'contract', 'maths', 'distributions', 'simulation'],
  nn: ['core', 'maths', 'graph', 'diffusion'],
  training: ['core', 'graph', 'diffusion', 'nn'],
  // Score functions only, whatever network or formula is behind one.
  compose: ['core', 'maths', 'graph', 'diffusion'],
  samplers: ['core', 'maths', 'graph', 'diffusion', 'compose'],
  // Markov chains: densities only.
  mcmc: ['core', 'graph', 'distributions'],
  inference: [
    ...['core', 'records', 'contract', 'maths', 'graph', 'distributions', 'diffusion', 'simulation'],
    ...['nn', 'training', 'compose', 'samplers', 'mcmc', 'metrics'],
  ],
  metrics: ['core', 'graph'],
  // Whether posteriors can be trusted: from draws of any estimator of the contract.
  diagnostics: [
    ...['core', 'records', 'contract', 'maths', 'distributions', 'simulation'],
    ...['metrics', 'inference', 'plots'],
  ],
  // The engine: train, draw, measure, keep the rows.
  experiments: [
    ...['core', 'records', 'contract', 'distributions', 'simulation', 'tasks'],
    ...['samplers', 'metrics', 'io'],
  ],
  // What it runs: the experiments of a paper, of a benchmark.
  studies: [
    ...['core', 'contract', 'diffusion', 'distributions', 'compose', 'simulation', 'nn', 'training', 'tasks'],
    ...['samplers', 'inference', 'diagnostics', 'experiments', 'io'],
  ],
  plots: ['core', 'records', 'maths'],
  // Simulations and draws from and to files, and in numbers.
  data: ['core', 'maths', 'distributions', 'simulation', 'mcmc', 'io'],
  io: ['core', 'records'],
  notebook: ['core', 'records', 'io'],
};

/** Packages that exist only where Node does; all else must run on plain tfjs, so that it can run in a web page too. */
export const nodeOnly = ['@tensorflow/tfjs-node', 'piscina', '@resvg/resvg-js'];

/**
 * Whether a source, as a path from lib/, may use Node and the packages that need it.
 * @param {string} path
 */
export function mayUseNode(path) {
  return (
    /^(graph|io|notebook|data)\//.test(path) ||
    /^simulation\/(simulate|simulator-module|program\/)/.test(path) ||
    path === 'index.ts'
  );
}
