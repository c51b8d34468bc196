import { addShare, peerContestants, type Bench } from './context';
import { each, fastest, inTurns, ratio } from './in-turns';
import { trainingContestants, wholeTraining } from './training-step';
import { batch, parameters, stepFlops } from './workload';

const setting = `batch ${batch}, ${parameters.toLocaleString('en')} weights`;

/** Training steps of the paper's network, then whole trainings. */
export async function training(bench: Bench): Promise<void> {
  await steps(bench);
  await wholes(bench);
}

async function steps(bench: Bench): Promise<void> {
  const { sizes, report } = bench;
  const task = 'Training step, paper network';
  const { compiled: count, eager: eagerCount } = sizes.trainingSteps;
  const ours = trainingContestants({ compiled: count, eager: eagerCount });
  // the default Adam is what a bare loop has, and what sbi runs; the fused one is there to be seen
  const plain = peerContestants(bench, 'PyTorch', { do: 'training', steps: 2 * eagerCount });
  const fused = peerContestants(bench, 'PyTorch, fused Adam', { do: 'training', steps: 2 * eagerCount, fused: true });
  const taken = await inTurns(sizes.rounds, { compiled: ours.compiled, 'eager tfjs': ours.eager, ...plain, ...fused });
  ours.dispose();
  for (const [method, measured] of Object.entries(taken)) {
    report.add(
      { task, method, setting, metric: 'ms per step' },
      each(measured, (value) => 1000 * value),
    );
  }
  addShare(bench, { task, setting }, taken.compiled, stepFlops);
  const overEager = ratio(taken['eager tfjs'], taken.compiled);
  report.add({ task, method: 'compiled over eager tfjs', setting, metric: 'times faster' }, overEager);
  report.target('Training step against eager tfjs', 'at least', 8, 'times faster', overEager);
  if (!bench.peer) return;
  for (const group of [plain, fused]) {
    const [name, best] = fastest(Object.fromEntries(Object.keys(group).map((each) => [each, taken[each]])));
    const faster = ratio(best, taken.compiled);
    report.add({ task, method: `compiled over ${name}`, setting, metric: 'times faster' }, faster);
    if (group === plain)
      report.target(`Training step against a bare loop in ${name}`, 'at least', 1.8, 'times faster', faster);
  }
}

async function wholes(bench: Bench): Promise<void> {
  const { sizes, report } = bench;
  const task = 'Whole training, with validation';
  const { epochs, sbiEpochs } = sizes.trainingSteps;
  const request = { do: 'sbi_training', epochs: sbiEpochs, batch };
  const same = peerContestants(bench, 'sbi, same network', { ...request, same_network: true });
  const own = peerContestants(bench, 'sbi, its default network', { ...request, same_network: false });
  const taken = await inTurns(
    sizes.rounds,
    { compiled: () => wholeTraining(epochs), ...same, ...own },
    { warmUp: false },
  );
  for (const [method, measured] of Object.entries(taken)) {
    report.add(
      { task, method, setting, metric: 'ms per step' },
      each(measured, (value) => 1000 * value),
    );
  }
  if (!bench.peer) return;
  const [name, best] = fastest(Object.fromEntries(Object.keys(same).map((each) => [each, taken[each]])));
  const faster = ratio(best, taken.compiled);
  report.add({ task, method: `compiled over ${name}`, setting, metric: 'times faster' }, faster);
  report.target(`Training step in a whole training against ${name}`, 'at least', 5, 'times faster', faster);
}
