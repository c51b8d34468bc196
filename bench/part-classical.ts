import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { c2st, densities, nle, npe, referencePosterior, simulate, tasks, tf } from 'scorebook';
import type { Estimator, Prior, Simulations, Task } from 'scorebook';
import type { Bench } from './context';
import { peerContestants } from './context';
import { fastest, inTurns, ratio, seconds, spread, type Contestants, type Spread } from './in-turns';
import type { PeerRequest } from './peer';
import { seed, simulations } from './workload';

/** One training, and draws from what it gave for the published observation. */
interface Trial {
  readonly training: number;
  readonly steps: number;
  /** Seconds of each draw, by its count. */
  readonly drawing: Readonly<Record<number, number>>;
  /** Seconds of our first draw of each count, with which its graph is recorded. */
  readonly recording?: Readonly<Record<number, number>>;
  /** The draws of the count that accuracy is measured of. */
  readonly draws: number[][];
}

/** A method that both sides have, with networks of one size. */
interface Classical {
  readonly name: string;
  readonly request: PeerRequest;
  /** Counts of our draws, and of the peer's; accuracy is measured of the largest that both have. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  train(pairs: Simulations, prior: Prior, maxEpochs?: number): Promise<TimedEstimator>;
}

/** A trained estimator with the length of its training. */
type TimedEstimator = Estimator & { readonly fit: { readonly steps: number } };

/** The classical family on both sides: training, draws, and how near they come to the published posterior. */
export async function classical(bench: Bench): Promise<void> {
  const { many, few, maxEpochs } = bench.sizes.classical;
  const fit = (epochs?: number) => ({ ...(epochs !== undefined && { maxEpochs: epochs }) });
  const methods: Classical[] = [
    {
      name: 'NPE, spline coupling of 5 x 50',
      request: { do: 'classical', method: 'npe', epochs: maxEpochs ?? null },
      ours: [many],
      theirs: [many],
      train: (pairs, prior, epochs) => {
        const density = densities.splineCoupling({ transforms: 5, width: 50, bins: 10 });
        return npe.train(pairs, { prior, seed, density, fit: fit(epochs), progress: false });
      },
    },
    {
      name: 'NLE, MAF of 5 x 50',
      request: { do: 'classical', method: 'nle', epochs: maxEpochs ?? null },
      ours: [few, many],
      theirs: [few],
      train: (pairs, prior, epochs) => {
        const density = densities.maskedAutoregressive({ transforms: 5, width: 50 });
        return nle.train(pairs, { prior, seed, density, fit: fit(epochs), progress: false });
      },
    },
  ];
  for (const task of [tasks.benchmark.twoMoons(), tasks.benchmark.gaussianLinear()])
    for (const method of methods) await sideBySide(bench, task, method);
}

async function sideBySide(bench: Bench, task: Task, method: Classical): Promise<void> {
  const { rounds, maxEpochs } = bench.sizes.classical;
  const { xObs } = referencePosterior(task, 1);
  const sims = await simulate(task, simulations, { seed, workers: 0, progress: false });
  const folder = mkdtempSync(join(tmpdir(), 'scorebook-bench-'));
  const trials = new Map<string, Trial[]>();
  const keep = (name: string, trial: Trial): number => {
    trials.set(name, [...(trials.get(name) ?? []), trial]);
    return trial.training;
  };
  try {
    const path = join(folder, 'simulations.json');
    writeFileSync(path, JSON.stringify({ theta: sims.theta.arraySync(), x: sims.x.arraySync() }));
    const request = { ...method.request, path, prior: task.name, x_obs: xObs, counts: method.theirs };
    const theirs = peerContestants<Trial>(bench, 'sbi', request, keep);
    const ours: Contestants = {
      Scorebook: async () => keep('Scorebook', await ourTrial(method, { sims, task, xObs, maxEpochs })),
    };
    await inTurns(rounds, { ...ours, ...theirs }, { warmUp: false });
  } finally {
    rmSync(folder, { recursive: true });
    sims.dispose();
  }
  await reported(bench, task, method, trials);
}

async function ourTrial(
  { train, ours, theirs }: Classical,
  { sims, task, xObs, maxEpochs }: { sims: Simulations; task: Task; xObs: number[][]; maxEpochs?: number },
): Promise<Trial> {
  let estimator: TimedEstimator | undefined;
  const training = await seconds(async () => (estimator = await train(sims, task.prior, maxEpochs)));
  const posterior = estimator!.given(xObs);
  const [recording, drawing]: Record<number, number>[] = [{}, {}];
  const judged = Math.max(...theirs);
  let draws: number[][] = [];
  for (const count of ours)
    for (const taken of [recording, drawing])
      taken[count] = await seconds(async () => {
        const theta = await posterior.sample(count, { seed, progress: false });
        const rows = theta.arraySync();
        theta.dispose();
        if (count === judged) draws = rows;
      });
  posterior.dispose();
  const { steps } = estimator!.fit;
  estimator!.dispose();
  return { training, steps, drawing, recording, draws };
}

/** The rows: seconds, the ratios to the faster peer, and C2ST. */
async function reported(
  { report }: Bench,
  task: Task,
  { name, ours, theirs }: Classical,
  trials: ReadonlyMap<string, readonly Trial[]>,
): Promise<void> {
  const setting = `${simulations.toLocaleString('en')} simulations`;
  const compare = (what: string, metric: string, of: (trial: Trial) => number | undefined): void => {
    const measured: Record<string, Spread> = {};
    for (const [method, each] of trials) {
      const values = each.flatMap((trial) => of(trial) ?? []);
      if (values.length > 0) measured[method] = spread(values);
    }
    const row = { task: `${name}, ${task.name}: ${what}`, setting };
    for (const [method, taken] of Object.entries(measured)) report.add({ ...row, method, metric }, taken);
    const { Scorebook, ...peers } = measured;
    if (metric === 'C2ST' || Object.keys(peers).length === 0) return;
    const [best, taken] = fastest(peers);
    report.add({ ...row, method: `Scorebook over ${best}`, metric: 'times faster' }, ratio(taken, Scorebook));
  };
  compare('training', 'seconds per training', ({ training }) => training);
  compare(
    'training step, validation and set-up included',
    'ms per step',
    (trial) => (1e3 * trial.training) / trial.steps,
  );
  for (const count of new Set([...ours, ...theirs])) {
    const draws = `${count.toLocaleString('en')} draws`;
    compare(draws, 'seconds per draw', ({ drawing }) => drawing[count]);
    compare(`the first ${draws}, which record a graph`, 'seconds per draw', ({ recording }) => recording?.[count]);
  }
  const accuracy = new Map<Trial, number>();
  for (const trial of [...trials.values()].flat()) accuracy.set(trial, await accuracyOf(task, trial.draws));
  compare('accuracy', 'C2ST', (trial) => accuracy.get(trial));
}

/** The C2ST between draws and as many of the published posterior given observation 1. */
async function accuracyOf(task: Task, draws: number[][]): Promise<number> {
  const { samples } = referencePosterior(task, 1);
  const stride = Math.floor(samples.length / draws.length);
  const [truth, drawn] = [tf.tensor2d(draws.map((_, i) => samples[i * stride])), tf.tensor2d(draws)];
  try {
    return (await c2st(truth, drawn, { seed, progress: false })).value;
  } finally {
    tf.dispose([truth, drawn]);
  }
}
