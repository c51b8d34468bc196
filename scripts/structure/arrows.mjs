/** What each folder of lib/ may import from the others: imports go down only. Lint and a test read this table. */
const ground = ['core'];
const laws = [...ground, 'graph', 'distributions', 'diffusion'];
const scoreFunctions = [...laws, 'tasks'];

/** @type {Readonly<Record<string, readonly string[]>>} */
export const arrows = {
  core: [],
  graph: ground,
  distributions: ground,
  diffusion: ground,
  tasks: laws,
  nn: laws,
  training: [...laws, 'tasks', 'nn'],
  // They know score functions only, whatever network or formula is behind one.
  compose: scoreFunctions,
  samplers: [...scoreFunctions, 'compose'],
  inference: [...laws, 'tasks', 'nn', 'training', 'compose', 'samplers'],
  metrics: ['core', 'graph', 'nn'],
  // Markov chains: they know densities only.
  mcmc: ['core', 'graph', 'distributions'],
  // Whole experiments: train, draw, measure, keep the rows.
  experiments: [...laws, 'tasks', 'compose', 'samplers', 'inference', 'mcmc', 'metrics', 'io'],
  plots: ground,
  io: ground,
  notebook: ['core', 'plots', 'io'],
};

/** Packages that exist only where Node does; all else must run on plain tfjs, so that it can run in a web page too. */
export const nodeOnly = ['@tensorflow/tfjs-node', 'piscina', '@resvg/resvg-js'];

/**
 * Whether a source, as a path from lib/, may use Node and the packages that need it.
 * @param {string} path
 */
export function mayUseNode(path) {
  return /^(graph|io|notebook)\//.test(path) || /^tasks\/(simulate|simulator-module)/.test(path) || path === 'index.ts';
}
