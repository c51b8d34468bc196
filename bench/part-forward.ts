import { addShare, peerContestants, type Bench } from './context';
import { forwardContestants } from './forward-pass';
import { each, inTurns } from './in-turns';
import { forwardFlops } from './workload';

/** Forward passes. */
export async function forward(bench: Bench): Promise<void> {
  const { sizes, report } = bench;
  const task = 'Forward pass, paper network';
  for (const { rows, compiled, eager } of sizes.forward) {
    const setting = `${rows.toLocaleString('en')} rows`;
    const ours = forwardContestants(rows, { compiled, eager });
    const torch = peerContestants(bench, 'PyTorch', { do: 'forward', rows, passes: eager });
    const taken = await inTurns(sizes.rounds, { compiled: ours.compiled, 'eager tfjs': ours.eager, ...torch });
    ours.dispose();
    for (const [method, measured] of Object.entries(taken)) {
      report.add(
        { task, method, setting, metric: 'ms per pass' },
        each(measured, (value) => 1000 * value),
      );
    }
    addShare(bench, { task, setting }, taken.compiled, forwardFlops(rows));
  }
}
