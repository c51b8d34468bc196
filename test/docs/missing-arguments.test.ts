import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as library from 'scorebook';
import { makeFixture, temporaryFolder, type Fixture } from './fixture';

const { tf } = library;
const [home, results] = [process.cwd(), process.env.SCOREBOOK_RESULTS];
let folder: string;
let fixture: Fixture;

/** Every function that users can call, by the name that they type: those of namespaces and constant records too. */
function functions(): [string, (...given: unknown[]) => unknown][] {
  const found: [string, (...given: unknown[]) => unknown][] = [];
  const visit = (name: string, value: unknown): void => {
    if (typeof value === 'function') {
      const isClass = /^class\b/.test(Function.prototype.toString.call(value));
      if (!isClass) found.push([name, value as () => unknown]);
    } else if (isRoom(value)) for (const [key, each] of Object.entries(value)) visit(`${name}.${key}`, each);
  };
  for (const [name, value] of Object.entries(library)) if (name !== 'tf') visit(name, value);
  return found;
}

/** A namespace, or a record of functions such as `npse`. */
function isRoom(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return (
    Object.prototype.toString.call(value) === '[object Module]' ||
    Object.values(value).some((each) => typeof each === 'function')
  );
}

/** Arguments that are right, so that each in turn can be left out or be null. */
function rightArguments({ task, prior, simulations, estimator, theta, xObs, exact, rows, results }: Fixture) {
  const { diffusion, graph, mcmc, compose } = library;
  const key = graph.randomKey(1);
  const score = diffusion.gaussianScore(
    [0, 0],
    [
      [1, 0],
      [0, 1],
    ],
  );
  const composed = compose.diffusedTarget(2, score);
  const density = library.tasks.unnormalisedPosterior(task, xObs);
  const chains = { initial: prior, chains: 4, warmup: 10, draws: 10, seed: 1, progress: false };
  const options = { seed: 1, progress: false };
  const setting = { setting: 'a', methods: [{ method: 'b' }], train: library.npse.train };
  const bin = { probability: 0.5, frequency: 0.5, pairs: 10, lower: 0.1, upper: 0.9 };
  const rows100 = simulations.theta.slice([0, 0], [100, 2]).arraySync();
  const pairs = library.diagnostics.pairsFrom(
    rows100,
    rows100.map(() => [[0, 0]]),
    { x: rows100 },
  );
  const exactly = (x: number[][]): unknown => task.exactPosterior(x);
  const right: Record<string, unknown[]> = {
    rng: [1],
    checkPrior: [prior, {}],
    independent: [[prior]],
    logNormal: [{ mean: 0 }],
    mixture: [[{ weight: 1, component: prior }]],
    normal: [{ mean: 0 }],
    priorSamples: [prior, 2, 1],
    uniform: [{ lower: 0, upper: 1 }],
    drawObservations: [task, 2, 1],
    joinSimulations: [simulations, simulations],
    'sequential.proposalOf': [prior],
    simulate: [task, 5, options],
    simulateSets: [task, { calls: 20, ...options }],
    simulationsFrom: [[[0.5]], [[1]]],
    'simulators.asynchronous': [async () => [1], {}],
    'simulators.batched': [() => [], {}],
    defineSimulator: [() => [1], {}],
    'simulators.program': [{ command: ['true'] }],
    'simulators.fromModule': ['./my-simulator.js', 'simulate'],
    'tasks.gaussianLinear': [
      [1, 1],
      [1, 1],
    ],
    'tasks.linearMixture': ['a', [{ weight: 1, scale: 1, variance: [1] }]],
    'tasks.unnormalisedPosterior': [task, xObs],
    'flowNpe.train': [{ theta: simulations.theta, x: tf.expandDims(simulations.x, 1), counts: tf.ones([300]) }],
    'flowNpe.restore': [estimator.record()],
    gradientChains: [exact],
    'variational.fit': [exact, { seed: 1, steps: 1, progress: false }],
    'fmpe.train': [simulations],
    'fmpe.restore': [estimator.record()],
    'abc.reject': [simulations, xObs.slice(0, 1), { prior }],
    'abc.smc': [task, xObs.slice(0, 1), { calls: 200, ...options }],
    'nle.train': [simulations],
    'nle.restore': [estimator.record()],
    'npe.train': [simulations],
    'npe.restore': [estimator.record()],
    inRounds: [
      task,
      [[1, 2]],
      library.sequential.tsnpe({ fit: { maxEpochs: 1 } }),
      { rounds: 1, calls: 20, ...options },
    ],
    'sequential.snl': [{}],
    'sequential.snpeA': [{}],
    'sequential.snpeB': [{}],
    'sequential.snpeC': [{}],
    'sequential.snpeCMixture': [{}],
    'sequential.snlse': [{}],
    'sequential.snpseA': [{}],
    'sequential.snpseB': [{}],
    'sequential.snpseC': [{}],
    'sequential.snre': [{}],
    'sequential.tsnpe': [{}],
    'sequential.tsnpse': [{}],
    roundsFolder: ['rounds'],
    summary: [theta, {}],
    'data.missingValues': [simulations, { probability: 0.2 }],
    'data.readSamples': ['samples.npy'],
    'data.readSimulations': ['simulations.npz'],
    'data.writeInferenceData': ['samples.json', theta],
    'data.writeSamples': ['samples.npy', theta],
    'data.writeSimulations': ['simulations.npz', simulations],
    'densities.realNvp': [{}],
    'densities.maskedAutoregressive': [{}],
    'densities.mixture': [{}],
    'densities.splineAutoregressive': [{}],
    'densities.splineCoupling': [{}],
    'densities.isMixture': [library.densities.mixture().build({ name: 'q', dim: 2, context: 1 })],
    'embeddings.mlp': [{}],
    'embeddings.exchangeable': [{ parts: 2 }],
    'nre.train': [simulations],
    'nre.restore': [estimator.record()],
    'ratioLosses.nreB': [{}],
    'ratioLosses.nreC': [{}],
    'ratioLosses.bnre': [{}],
    'ratioLosses.fixedReference': [{ theta: [0, 0], x: simulations.x }],
    'nn.classifiers.residual': [{}],
    'nlse.train': [simulations],
    'nlse.restore': [estimator.record()],
    'inference.pfNpse.train': [
      { theta: simulations.theta, x: tf.expandDims(simulations.x, 1), counts: tf.ones([300]) },
    ],
    'inference.pfNpse.restore': [estimator.record()],
    'inference.normalisedDensity': [exactly(xObs), options],
    'npse.train': [simulations],
    'npse.restore': [estimator.record(), { prior }],
    continuous: [library.vpLinear(), {}],
    discrete: [{}],
    denoisingNetwork: [{}],
    paperNetwork: [{}],
    'parameterisations.restoreParameterisation': ['edm'],
    'weightings.custom': [() => tf.ones([1, 1])],
    'diffusion.straightPath': [{}],
    'diffusion.subVp': [{}],
    ve: [{}],
    'diffusion.vpCosine': [{}],
    vpLinear: [{}],
    vpLevels: [{}],
    'samplers.adaptiveFlow': [{}],
    annealedLangevin: [{}],
    dpmSolver: [{}],
    'samplers.eulerMaruyama': [{}],
    gaussianTransitions: [{}],
    predictorCorrector: [{}],
    'samplers.probabilityFlow': [{}],
    c2st: [xObs, xObs, { folds: 2, maxEpochs: 1, progress: false }],
    slicedWasserstein: [theta, theta, {}],
    mmdFloor: [(seed: number) => exact.sample(5, { seed }), { repeats: 1 }],
    squaredMmd: [theta, theta, {}],
    'plots.calibrationPlot': [{ bins: [bin], expectedError: 0, isCalibrated: true, level: 0.95 }, {}],
    'plots.curvePlot': [rows, { facet: 'budget' }],
    'plots.lossPlot': [estimator.fit.history, {}],
    'plots.marginalPlot': [{ a: theta }, {}],
    'plots.pairPlot': [{ a: theta }, {}],
    'plots.samplePanels': [{ a: { b: theta } }, {}],
    show: ['<p>', {}],
    showTable: [rows, {}],
    exportFigure: [library.plots.curvePlot(rows, { facet: 'budget' }), 'figure'],
    openResults: ['a'],
    publishedObservation: [library.tasks.benchmark.twoMoons(), 1],
    referencePosterior: [library.tasks.benchmark.twoMoons(), 1],
    saveEstimator: [estimator, 'saved'],
    readEstimator: ['saved'],
    'compose.diffusedTarget': [2, score],
    'compose.totalScore': [composed, tf.zeros([1, 2])],
    'compose.miniBatch': [2],
    'compose.observationGaussians': [2, [[[0.5]]], [[1]]],
    'compose.observationScores': [2, [score]],
    'diffusion.gaussianScore': [[0], [[1]]],
    'diffusion.unevenLevels': [library.vpLinear(), {}],
    'diffusion.cosineSchedule': [{}],
    'diffusion.linearSchedule': [{}],
    'diagnostics.calibratedIntervals': [pairs, {}],
    'diagnostics.check': [exactly, task, { pairs: 20, draws: 2, ...options }],
    'diagnostics.composition': [exactly, task, xObs, { sets: 20, draws: 10, ...options }],
    'diagnostics.drawPairs': [exactly, task, { pairs: 2, draws: 2, ...options }],
    'diagnostics.expectedCoverage': [pairs, {}],
    'diagnostics.localC2st': [pairs, xObs.slice(0, 1), { posterior: theta, trials: 20, maxEpochs: 1, ...options }],
    'diagnostics.misspecification': [simulations.x, xObs, { most: 100 }],
    'diagnostics.pairsFrom': [[[1]], [[[1]]], {}],
    'diagnostics.posteriorPredictive': [task, theta, xObs, options],
    'diagnostics.recovery': [pairs, {}],
    'diagnostics.sbc': [pairs, {}],
    'diagnostics.tarp': [pairs, {}],
    'experiments.missingRuns': [{ task, settings: [], budgets: [10], seeds: [1], n: [1] }, results],
    'experiments.measures.squaredMmd': [{}],
    'experiments.pairsSetting': [setting],
    'experiments.posteriorSetting': [{ setting: 'a', method: 'b', infer: library.abc.smc }],
    'experiments.runExperiment': [{ task, settings: [], budgets: [10], seeds: [1], n: [1] }, results, options],
    'experiments.setsSetting': [{ setting: 'a', method: 'b', train: library.flowNpe.train }],
    'graph.compile': [(x: library.tf.Tensor) => x, {}],
    'graph.dense': [tf.ones([1, 2]), tf.ones([2, 1]), tf.ones([1]), 'relu'],
    'graph.loop': [2, tf.scalar(1), (_: unknown, carry: unknown) => carry],
    'graph.whileLoop': [() => tf.scalar(false), (carry: unknown) => carry, tf.scalar(1)],
    'graph.foldKey': [key, 1],
    'graph.randomInteger': [key, [2], 0, 2],
    'graph.randomKey': [1],
    'graph.randomNormal': [key, [2]],
    'graph.randomUniform': [key, [2], 0, 1],
    'graph.splitKey': [key, 2],
    'host.installHost': [library.host.silentHost],
    'mcmc.effectiveSampleSize': [[[1, 2, 3, 4]]],
    'mcmc.splitRHat': [[[1, 2, 3, 4]]],
    'mcmc.differentialEvolution': [{}],
    'mcmc.hmc': [{}],
    'mcmc.langevin': [{}],
    'mcmc.randomWalkMetropolis': [{}],
    'mcmc.chainProgram': [density, mcmc.hmc()],
    'mcmc.sampleChains': [density, mcmc.hmc(), chains],
    'mcmc.sliceSampling': [{}],
    'mcmc.tempered': [mcmc.hmc(), { temperatures: [1, 2] }],
    'samplers.flowDensity': [library.vpLinear(), () => composed, {}],
    'samplers.samplingProgram': [library.dpmSolver(), { diffusion: library.vpLinear() }, () => composed],
    'studies.checks.experiment': ['two_moons', {}],
    'studies.checks.experiments': [{}],
    'studies.classical.experiment': ['two_moons', {}],
    'studies.classical.experiments': [{}],
    'studies.manyObservations.experiments': [{}],
    'studies.scoresInRounds.experiment': ['two_moons', {}],
    'studies.scoresInRounds.experiments': [{}],
    'studies.benchmark.experiment': ['two_moons', {}],
    'studies.benchmark.experiments': [{}],
    lastPartial: [library.npse.train],
    'studies.paper001.gaussian10d': [{}],
    'studies.paper001.mixture10d': [{}],
    'studies.paper001.experiments': [{}],
    'studies.paper001.onFewerLevels': [1],
  };
  return right;
}

/** What a host's own display and a distance are called with is the library's affair. */
const callbacks = ['host.silentHost.report', 'host.silentHost.onInterrupt', 'abc.defaultSettings.distance'];

/** Arguments without a default that may be left out: theta drawn from the prior, no constants, x as the context. */
const optional = ['drawObservations 3', 'defineSimulator 1', 'tasks.unnormalisedPosterior 1'];

beforeAll(async () => {
  folder = temporaryFolder();
  fixture = await makeFixture();
}, 120_000);
afterAll(() => {
  process.chdir(home);
  if (results === undefined) delete process.env.SCOREBOOK_RESULTS;
  else process.env.SCOREBOOK_RESULTS = results;
  rmSync(folder, { recursive: true, force: true });
});

/** What a call with these arguments throws; nothing where it works. */
async function thrown(call: (...given: unknown[]) => unknown, given: readonly unknown[]): Promise<unknown> {
  const [log, warn] = (['log', 'warn'] as const).map((name) => vi.spyOn(console, name).mockImplementation(() => {}));
  try {
    await call(...given);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    log.mockRestore();
    warn.mockRestore();
  }
}

describe('a call of the library without what it needs', () => {
  it('is refused in words of its own, whatever is missing or null', async () => {
    const right = rightArguments(fixture);
    const host = library.host.installHost(library.host.silentHost);
    const wrong: string[] = [];
    for (const [name, call] of functions()) {
      if (callbacks.includes(name)) continue;
      const whole = right[name] ?? [];
      if (call.length > 0 && whole.length === 0) wrong.push(`${name}: no arguments in the table`);
      // one place more than the table has: the options that it leaves out
      for (let place = 0; place <= whole.length; place++)
        for (const missing of [undefined, null]) {
          // an option that is missing, like one that is null where nothing is taken, is left to the function
          const error = await thrown(call, [...whole.slice(0, place), missing, ...whole.slice(place + 1)]);
          if (error !== undefined && !isRefusal(error))
            wrong.push(`${name}, argument ${place} ${String(missing)}: ${String(error).slice(0, 120)}`);
          const isNeeded = place < call.length && missing === undefined && !optional.includes(`${name} ${place}`);
          if (isNeeded && error === undefined) wrong.push(`${name}, argument ${place}: not asked for`);
        }
    }
    library.host.installHost(host);
    expect(wrong).toEqual([]);
  }, 120_000);

  it('says what is missing by its name', async () => {
    const { simulations, estimator, prior } = fixture;
    const said = async (call: () => unknown): Promise<string> => String(await thrown(call, []));
    expect(await said(() => library.npse.train(simulations, undefined as never))).toBe(
      'InvalidInputError: npse.train: options: expected { prior, seed }, received undefined.',
    );
    expect(await said(() => library.npse.train(simulations, { seed: 1 } as never))).toMatch(
      /npse\.train: prior: expected an object \{ dim, sample, logProb \}, received undefined/,
    );
    expect(await said(() => library.npse.train(simulations, { prior } as never))).toMatch(
      /npse\.train: seed.*undefined/,
    );
    expect(await said(() => library.npse.train({ theta: [[1]], x: [[1]] } as never, { prior, seed: 1 }))).toMatch(
      /npse\.train: theta: expected a tensor, .*simulationsFrom/,
    );
    expect(await said(() => library.npse.restore(estimator.record(), undefined as never))).toMatch(
      /npse\.restore: options: expected \{ prior \}, received undefined/,
    );
    expect(await said(() => library.normal(undefined as never))).toMatch(/normal: expected \{ mean, std \}/);
  });

  it('is refused by estimators and posteriors, too', async () => {
    const { estimator, posterior, xObs } = fixture;
    const calls = [
      () => estimator.given(undefined as never),
      () => estimator.given(xObs, null as never),
      () => estimator.drawEach(xObs, undefined as never),
      () => estimator.drawEach(null as never, { draws: 1, seed: 1 }),
      () => estimator.logProbEach!(xObs, undefined as never),
      () => posterior.sample(5, undefined as never),
      () => posterior.sample(undefined as never, { seed: 1 }),
      () => posterior.map(undefined as never),
      () => posterior.density.logProb(undefined as never),
      () => library.tasks.gaussian10d().exactPosterior(null as never),
      () => fixture.exact.sample(5, undefined as never),
      () => library.openResults('a').append(undefined as never, []),
      () => library.openResults('a').writeSummary(undefined as never),
      () => library.openResults('a').fail('run', undefined as never),
    ];
    const others: string[] = [];
    for (const call of calls) {
      const error = await thrown(call, []);
      if (!isRefusal(error)) others.push(`${String(call)}: ${String(error)}`);
    }
    expect(others).toEqual([]);
  });
});

function isRefusal(error: unknown): boolean {
  return error instanceof library.InvalidInputError || error instanceof library.graph.GraphError;
}
