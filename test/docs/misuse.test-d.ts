/**
 * What the compiler must refuse: each line under an `@ts-expect-error` is a mistake, and `npm run check` fails where
 * one goes unseen. Nothing here runs.
 */
import {
  annealedLangevin,
  checkPrior,
  continuous,
  denoisingNetwork,
  diffusion,
  defineSimulator,
  drawObservations,
  experiments,
  exportFigure,
  factorized,
  gaussianTransitions,
  graph,
  independent,
  type inference,
  logNormal,
  mixture,
  mmdFloor,
  normal,
  npse,
  openResults,
  plots,
  predictorCorrector,
  priorSamples,
  readEstimator,
  rng,
  saveEstimator,
  show,
  showTable,
  simulate,
  simulators,
  simulationsFrom,
  squaredMmd,
  studies,
  tasks,
  tf,
  uniform,
  vpLevels,
  type Model,
  type Prior,
  type ResultRow,
  type ScoreEstimator,
  type Simulations,
  type Simulator,
  type Support,
} from 'scorebook';

declare const prior: Prior;
declare const model: Model;
declare const simulations: Simulations;
declare const estimator: ScoreEstimator;
declare const posterior: inference.ScorePosterior;
declare const theta: tf.Tensor2D;
declare const key: graph.Key;
const { compile, loop, randomNormal, splitKey } = graph;
const { gaussianScore, linearSchedule } = diffusion;
const { runExperiment } = experiments;
const { paper001 } = studies;
declare const rows: ResultRow[];

export const distributions = {
  // @ts-expect-error a misspelt option
  misspelt: () => normal({ mean: 0, sd: 1 }),
  // @ts-expect-error a mean is needed
  noMean: () => normal({ std: 1 }),
  // @ts-expect-error parameters are one object
  positional: () => normal(0, 1),
  // @ts-expect-error numbers, not text
  text: () => uniform({ lower: '0', upper: 1 }),
  // @ts-expect-error the upper end is missing
  noUpper: () => uniform({ lower: 0 }),
  // @ts-expect-error the parameter's name is std
  variance: () => logNormal({ mean: 0, variance: 1 }),
  // @ts-expect-error parts come in an array
  spread: () => independent(normal({ mean: 0 }), normal({ mean: 0 })),
  // @ts-expect-error each part has a weight
  noWeight: () => mixture([{ component: normal({ mean: 0 }) }]),
  // @ts-expect-error a prior needs logProb
  noLogProb: (): Prior => ({ dim: 1, sample: (source) => [source.normal()] }),
  // @ts-expect-error a draw is an array
  scalarDraw: (): Prior => ({ dim: 1, sample: (source) => source.normal(), logProb: (t) => t.sum(1) }),
  // @ts-expect-error bounds are arrays
  scalarSupport: (): Support => ({ lower: 0, upper: 1 }),
  // @ts-expect-error the seed is missing
  noSeed: () => priorSamples(prior, 10),
  // @ts-expect-error the option is called draws
  checkOption: () => checkPrior(prior, { samples: 10 }),
  // @ts-expect-error what a prior has cannot be changed
  frozen: () => void (prior.dim = 2),
};

export const simulation = {
  // @ts-expect-error options with a seed are needed
  noOptions: () => simulate(model, 10),
  // @ts-expect-error the seed is needed
  noSeed: () => simulate(model, 10, {}),
  // @ts-expect-error the seed is a number
  textSeed: () => simulate(model, 10, { seed: '1' }),
  // @ts-expect-error a simulator is a function
  textSimulator: () => simulate({ prior, simulator: 'lotka-volterra' }, 10, { seed: 1 }),
  // @ts-expect-error a model has a prior
  noPrior: () => simulate({ simulator: (t: readonly number[]) => t }, 10, { seed: 1 }),
  // @ts-expect-error 'refuse' or 'drop'
  invalid: () => simulate(model, 10, { seed: 1, invalid: 'ignore' }),
  // @ts-expect-error 'auto' or a number
  workers: () => simulate(model, 10, { seed: 1, workers: 'all' }),
  // @ts-expect-error the option is called workers
  threads: () => simulate(model, 10, { seed: 1, threads: 2 }),
  // @ts-expect-error data are a vector, also of one number
  scalarData: (): Simulator => (_, source) => source.normal(),
  // @ts-expect-error a simulator is synchronous
  promised: (): Simulator => async (_, source) => [source.normal()],
  // @ts-expect-error theta cannot be written to
  written: (): Simulator => (t) => ((t[0] = 1), t),
  // @ts-expect-error the function has no such constant
  constants: () => defineSimulator((t, _source, { times }) => times.map(() => t[0]), { hours: [1] }),
  // @ts-expect-error a batched simulator gives rows
  flatRows: () => simulators.batched((thetas) => thetas.map(([a]) => a)),
  // @ts-expect-error both tables are needed
  oneTable: () => simulationsFrom([[1]]),
  // @ts-expect-error rows are arrays
  flatTable: () => simulationsFrom([1, 2], [[1], [2]]),
  // @ts-expect-error n and seed are numbers, not options
  drawOptions: () => drawObservations(model, { n: 5, seed: 1 }),
};

export const training = {
  // @ts-expect-error the prior is needed
  noPrior: () => npse.train(simulations, { seed: 1 }),
  // @ts-expect-error the seed is needed
  noSeed: () => npse.train(simulations, { prior }),
  // @ts-expect-error the option is called maxEpochs
  epochs: () => npse.train(simulations, { prior, seed: 1, fit: { epochs: 10 } }),
  // @ts-expect-error how to fit is a group of its own
  ungrouped: () => npse.train(simulations, { prior, seed: 1, maxEpochs: 10 }),
  // @ts-expect-error a network is made by its function
  network: () => npse.train(simulations, { prior, seed: 1, network: { width: 64 } }),
  // @ts-expect-error a weighting is made by its function
  weighting: () => continuous(undefined, { weighting: 'balanced' }),
  // @ts-expect-error an activation by a name that does not exist
  activation: () => npse.train(simulations, { prior, seed: 1, network: denoisingNetwork({ activation: 'gelu' }) }),
  // @ts-expect-error levels to train on are discrete() or continuous()
  levels: () => npse.train(simulations, { prior, seed: 1, levels: vpLevels() }),
  // @ts-expect-error parameters and data, not theta alone
  noData: () => npse.train({ theta }, { prior, seed: 1 }),
  // @ts-expect-error simulate gives a promise
  notAwaited: () => npse.train(simulate(model, 10, { seed: 1 }), { prior, seed: 1 }),
  // @ts-expect-error restoring needs the prior
  restore: async () => npse.restore(await readEstimator('folder')),
  // @ts-expect-error a record comes from readEstimator, not from a path
  path: () => npse.restore('folder', { prior }),
  // @ts-expect-error the estimator comes first
  saveOrder: () => saveEstimator('folder', estimator),
};

export const sampling = {
  // @ts-expect-error one observation is written [[...]]
  flat: () => estimator.given([1, 2]),
  // @ts-expect-error the seed is needed
  noSeed: () => posterior.sample(100),
  // @ts-expect-error the number of samples comes first
  noCount: () => posterior.sample({ seed: 1 }),
  // @ts-expect-error a sampler is made by its function
  samplerName: () => posterior.sample(100, { seed: 1, sampler: 'annealedLangevin' }),
  // @ts-expect-error the function was not called
  notCalled: () => posterior.sample(100, { seed: 1, sampler: gaussianTransitions }),
  // @ts-expect-error a composition is made by its function
  composition: () => estimator.given([[1]], { compose: factorized }),
  // @ts-expect-error an estimator has no samples without observations
  noObservations: () => estimator.sample(100, { seed: 1 }),
  // @ts-expect-error the option is called steps
  langevin: () => annealedLangevin({ stepsPerLevel: 5 }),
  // @ts-expect-error Algorithm 2 has no steps
  transitions: () => gaussianTransitions({ steps: 5 }),
  // @ts-expect-error the option is called corrections
  corrector: () => predictorCorrector({ steps: 2 }),
  // @ts-expect-error the option is called count
  levels: () => vpLevels({ levels: 10 }),
  // @ts-expect-error a schedule is a function of t
  schedule: () => vpLevels({ schedule: 'cosine' }),
  // @ts-expect-error rates are named betaMin and betaMax
  beta: () => linearSchedule({ min: 0.1 }),
  // @ts-expect-error a covariance is a matrix
  covariance: () => gaussianScore([0, 0], [1, 1]),
  // @ts-expect-error samples come as a promise
  notAwaited: () => squaredMmd(posterior.sample(100, { seed: 1 }), theta),
};

export const graphs = {
  // @ts-expect-error numbers enter a compiled function as tensors
  number: () => compile((x: number) => tf.scalar(x)),
  // @ts-expect-error a compiled function gives tensors
  result: () => compile((x: tf.Tensor) => x.dataSync()[0]),
  // @ts-expect-error compiled functions are synchronous
  promised: () => compile(async (x: tf.Tensor) => x),
  // @ts-expect-error the argument is missing
  argument: () => compile((x: tf.Tensor) => x)(),
  // @ts-expect-error a body gives the carry back
  body: () => loop(3, tf.scalar(0), () => undefined),
  // @ts-expect-error draws need a key
  noKey: () => randomNormal([2, 2]),
  // @ts-expect-error a key is made by randomKey
  seedAsKey: () => splitKey(1, 2),
  // @ts-expect-error a draw needs a shape
  noShape: () => randomNormal(key),
  // @ts-expect-error a generator needs a seed
  noSeed: () => rng(),
};

export const reports = {
  // @ts-expect-error 'unbiased' or 'biased'
  estimator: () => squaredMmd(theta, theta, { estimator: 'linear' }),
  // @ts-expect-error the floor draws its samples itself
  floor: () => mmdFloor(theta),
  // @ts-expect-error curves run along n or budget
  axis: () => plots.curvePlot(rows, { x: 'seed' }),
  // @ts-expect-error a row names what was measured
  row: () => plots.curvePlot([{ task: 'a', method: 'b', value: 1 }]),
  // @ts-expect-error sample sets have names
  unnamed: () => plots.pairPlot([theta, theta]),
  // @ts-expect-error the option is called dims
  dims: () => plots.marginalPlot({ theta }, { parameters: [0] }),
  // @ts-expect-error the option is called digits
  digits: () => showTable(rows, { precision: 3 }),
  // @ts-expect-error a figure needs a path
  noPath: () => exportFigure(plots.curvePlot(rows)),
  // @ts-expect-error the summary needs its mode
  summary: () => openResults('a').writeSummary({ seed: 1 }),
  // @ts-expect-error an experiment has seeds
  experiment: () => runExperiment({ task: tasks.gaussian10d(), settings: [], budgets: [], n: [] }, openResults('a')),
  // @ts-expect-error the paper has no such setting
  paper: () => paper001.gaussian10d({ settings: ['ours'] }),
  // @ts-expect-error variances are an array
  task: () => tasks.gaussianLinear(0.1),
  // @ts-expect-error nothing to show
  nothing: () => show(),
};
