import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npse, simulate, tasks, type Task } from 'scorebook';
import { peerContestants, type Bench } from './context';
import { compiledDraw, observations, trained } from './draws';
import { fastest, inTurns, ratio, seconds } from './in-turns';
import { seed, simulations } from './workload';

/** Everything by default on either side: whole trainings, and draws given several observations. */
export async function defaults(bench: Bench): Promise<void> {
  for (const task of [tasks.gaussian10d(), tasks.benchmark.twoMoons()]) await wholeTraining(bench, task);
  await drawsGivenSeveral(bench);
}

/** The wall time of a training as it comes, on the same simulations. */
async function wholeTraining({ sizes, report, peer }: Bench, { name, prior, ...task }: Task): Promise<void> {
  const sims = await simulate({ prior, ...task }, simulations, { seed, workers: 0, progress: false });
  const folder = mkdtempSync(join(tmpdir(), 'scorebook-bench-'));
  try {
    const path = join(folder, 'simulations.json');
    writeFileSync(path, JSON.stringify({ theta: sims.theta.arraySync(), x: sims.x.arraySync() }));
    const theirs = peerContestants({ sizes, report, peer }, 'sbi NPSE', { do: 'default_training', path, prior: name });
    const ours = () => seconds(async () => (await npse.train(sims, { prior, seed, progress: false })).dispose());
    const taken = await inTurns(sizes.defaults.rounds, { Scorebook: ours, ...theirs }, { warmUp: false });
    const row = { task: `Training on 10,000 simulations of ${name}, defaults`, setting: 'to its own end' };
    for (const [method, measured] of Object.entries(taken))
      report.add({ ...row, method, metric: 'seconds per training' }, measured);
    if (!peer) return;
    const [best, measured] = fastest(Object.fromEntries(Object.keys(theirs).map((each) => [each, taken[each]])));
    const faster = ratio(measured, taken.Scorebook);
    report.add({ ...row, method: `Scorebook over ${best}`, metric: 'times faster' }, faster);
    report.target(row.task, 'at least', 1 / 0.6, 'times faster', faster);
  } finally {
    rmSync(folder, { recursive: true });
    sims.dispose();
  }
}

/** 1,000 draws given eight observations; the time of a draw does not depend on what the weights are. */
async function drawsGivenSeveral(bench: Bench): Promise<void> {
  const n = 8;
  const { samples } = bench.sizes.draws;
  const estimator = await trained(npse.defaultSettings);
  const xObs = observations(n);
  const ours = compiledDraw(estimator, xObs, samples);
  await ours.warmUp();
  const theirs = peerContestants(bench, 'sbi', { do: 'several', samples, n });
  const taken = await inTurns(bench.sizes.defaults.rounds, { Scorebook: ours.draw, ...theirs }, { warmUp: false });
  ours.dispose();
  xObs.dispose();
  estimator.dispose();
  const row = { task: `Draw of ${samples.toLocaleString('en')} samples given 8 observations, defaults`, n };
  const setting = `n = ${n}`;
  for (const [method, measured] of Object.entries(taken))
    bench.report.add({ ...row, method, setting, metric: 'seconds per draw' }, measured);
  if (!bench.peer) return;
  const [best, measured] = fastest(Object.fromEntries(Object.keys(theirs).map((each) => [each, taken[each]])));
  const faster = ratio(measured, taken.Scorebook);
  bench.report.add({ ...row, method: `Scorebook over ${best}`, setting, metric: 'times faster' }, faster);
  bench.report.target(row.task, 'at least', 15, 'times faster', faster);
}
