import { gaussianTransitions, npse, vpLevels, type ScoreEstimator } from 'scorebook';
import { addShare, peerContestants, type Bench } from './context';
import { compiledDraw, drawCases, eagerLevels, networkCalls, observations, trained, type DrawCase } from './draws';
import { each, fastest, inTurns, ratio } from './in-turns';
import { levels, scoreFlops } from './workload';

/** Draws of the paper's network by each sampler, then of many samples with everything by default. */
export async function draws(bench: Bench): Promise<void> {
  const paper = await trained(npse.paperSettings);
  for (const drawCase of drawCases(bench.sizes.draws.n)) await drawOne(bench, paper, drawCase);
  paper.dispose();
  const ours = await trained({ ...npse.defaultSettings, emulated: 0 });
  await drawMany(bench, ours);
  ours.dispose();
}

async function drawOne(bench: Bench, estimator: ScoreEstimator, { method, sampler, n }: DrawCase): Promise<void> {
  const { report } = bench;
  const { samples, rounds, eagerLevels: eagerCount } = bench.sizes.draws;
  const task = `Draw of ${samples.toLocaleString('en')} samples, T = ${levels.count}, paper network`;
  const calls = networkCalls(sampler);
  const xObs = observations(n);
  const ours = compiledDraw(estimator, xObs, samples, sampler);
  const eager = eagerLevels(estimator, xObs, samples, sampler, eagerCount);
  const withSbi = bench.peer !== undefined && n === 8 && method === 'Algorithm 2';
  const sbi = withSbi ? peerContestants(bench, 'sbi fnpe', { do: 'factorised', samples, n, steps: calls }) : {};
  await ours.warmUp();
  const taken = await inTurns(rounds, { compiled: ours.draw, eager: eager.levels, ...sbi }, { warmUp: false });
  ours.dispose();
  eager.dispose();
  xObs.dispose();

  const row = { task, method, n };
  const perLevel = each(taken.compiled, (value) => value / (levels.count - 1));
  report.add({ ...row, setting: `n = ${n}, compiled`, metric: 'seconds per draw' }, taken.compiled);
  report.add(
    { ...row, setting: `n = ${n}, compiled`, metric: 'ms per level' },
    each(perLevel, (value) => 1000 * value),
  );
  const setting = `n = ${n}, eager tfjs, ${eagerCount} levels`;
  report.add(
    { ...row, setting, metric: 'ms per level' },
    each(taken.eager, (value) => 1000 * value),
  );
  report.add(
    { ...row, setting: `n = ${n}, compiled over eager tfjs`, metric: 'times faster' },
    ratio(taken.eager, perLevel),
  );
  addShare(
    bench,
    { task, setting: `n = ${n}, ${method}`, n },
    each(taken.compiled, (value) => value / calls),
    scoreFlops(samples, n),
  );
  if (!withSbi) return;
  const theirs = Object.fromEntries(Object.keys(sbi).map((name) => [name, taken[name]]));
  for (const [name, measured] of Object.entries(theirs)) {
    report.add(
      { ...row, method: name, setting: `n = ${n}, ${calls} steps, same network`, metric: 'seconds per draw' },
      measured,
    );
  }
  const [name, best] = fastest(theirs);
  const faster = ratio(best, taken.compiled);
  report.add(
    {
      ...row,
      method: `${method} over ${name}`,
      setting: `n = ${n}, ${calls} network calls each`,
      metric: 'times faster',
    },
    faster,
  );
  report.target(
    `${samples.toLocaleString('en')} samples, n = ${n}, Algorithm 2, against ${name}`,
    'at least',
    5,
    'times faster',
    faster,
  );
}

/** Many samples of one observation, everything by default on either side. */
async function drawMany(bench: Bench, estimator: ScoreEstimator): Promise<void> {
  const { many: samples, rounds } = bench.sizes.draws;
  const xObs = observations(1);
  const ours = compiledDraw(estimator, xObs, samples);
  const fewer = compiledDraw(estimator, xObs, samples, gaussianTransitions({ levels: vpLevels({ count: 100 }) }));
  const sbi = peerContestants(bench, 'sbi', { do: 'single', samples });
  await ours.warmUp();
  await fewer.warmUp();
  const taken = await inTurns(
    rounds,
    { Scorebook: ours.draw, 'Scorebook, T = 100': fewer.draw, ...sbi },
    { warmUp: false },
  );
  ours.dispose();
  fewer.dispose();
  xObs.dispose();
  const task = `Draw of ${samples.toLocaleString('en')} samples from one observation, defaults`;
  const setting = 'n = 1';
  for (const [method, measured] of Object.entries(taken))
    bench.report.add({ task, method, setting, metric: 'seconds per draw' }, measured);
  if (!bench.peer) return;
  const theirs = Object.fromEntries(Object.keys(sbi).map((each) => [each, taken[each]]));
  const [name, best] = fastest(theirs);
  const faster = ratio(best, taken.Scorebook);
  bench.report.add({ task, method: `Scorebook over ${name}`, setting, metric: 'times faster' }, faster);
  const fewerFaster = ratio(best, taken['Scorebook, T = 100']);
  bench.report.add({ task, method: `T = 100 over ${name}`, setting, metric: 'times faster' }, fewerFaster);
  bench.report.target(
    `${samples.toLocaleString('en')} samples, one observation, defaults, against ${name}`,
    'at least',
    5,
    'times faster',
    faster,
  );
}
