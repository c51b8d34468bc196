/**
 * What the examples of the doc comments may use without making it, beside the library's exports: a small trained
 * estimator on two parameters and what belongs to it. It is made once for all examples.
 */
import { tmpdir } from 'node:os';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  continuous,
  denoisingNetwork,
  drawObservations,
  npse,
  openResults,
  simulate,
  tasks,
  vpLinear,
} from 'scorebook';
import type { ResultRow } from 'scorebook';

export type Fixture = Awaited<ReturnType<typeof makeFixture>>;

/** Moves the process into an empty folder with one file, `my-simulator.js`, whose results stay there too. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scorebook-examples-'));
  writeFileSync(join(folder, 'my-simulator.js'), 'exports.simulate = ([a], rng) => [a + rng.normal()];\n');
  process.chdir(folder);
  process.env.SCOREBOOK_RESULTS = join(folder, 'results');
  return folder;
}

/** The fixture; each property is a name that examples may use. */
export async function makeFixture() {
  const task = tasks.gaussianLinear([0.5, 1]);
  const { prior } = task;
  const simulations = await simulate(task, 300, { seed: 1 });
  const estimator = await npse.train(simulations, {
    prior,
    seed: 2,
    emulated: 0,
    levels: continuous(vpLinear(), { count: 20 }),
    network: denoisingNetwork({ width: 8, hidden: 1 }),
    fit: { maxEpochs: 5 },
  });
  const { theta: truth, xObs } = drawObservations(task, 3, 3);
  const posterior = estimator.given(xObs);
  const exact = task.exactPosterior(xObs);
  const theta = await exact.sample(1_000, { seed: 4 });
  const row = { task: task.name, setting: 'scorebook', metric: 'squared MMD', standardError: null, seconds: 1 };
  const cost = (budget: number) => ({ budget, simulatorCalls: budget });
  const rows: ResultRow[] = ['Algorithm 1', 'Algorithm 2'].flatMap((method, k) =>
    [1_000, 10_000].flatMap((budget) =>
      [1, 10].flatMap((n) =>
        [1, 2].map((seed) => ({
          ...row,
          ...cost(budget),
          method,
          n,
          seed,
          value: (0.02 + 0.01 * k + 0.001 * seed) / n,
        })),
      ),
    ),
  );
  return {
    /** A task with two parameters and its exact posterior. */
    task,
    /** Its prior, N(0, I). */
    prior,
    /** 300 simulations of it. */
    simulations,
    /** Trained on them for five epochs. */
    estimator,
    /** The parameters that made the observations. */
    truth,
    /** Three observations [3, 2]. */
    xObs,
    /** What the estimator gives for them. */
    posterior,
    /** The exact posterior for them. */
    exact,
    /** 1,000 samples [1000, 2] of it. */
    theta,
    /** Result rows of two methods, budgets, numbers of observations and seeds. */
    rows,
    /** A results folder. */
    results: openResults('examples'),
  };
}
