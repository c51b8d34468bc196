import type { Bench } from './context';
import { spread } from './in-turns';
import { memoryOfDraw } from './memory';

/** Time, memory and error of draws by default against the number of observations, each in a process of its own. */
export function memory({ sizes, report }: Bench): void {
  const { n: counts, samples } = sizes.memory;
  const task = `Draw of ${samples.toLocaleString('en')} samples given n observations, defaults`;
  for (const n of counts) {
    const { idle, peak, seconds, first, finite, squaredMmd } = memoryOfDraw(n, samples);
    const setting = `n = ${n.toLocaleString('en')}${finite ? '' : ', not finite'}`;
    const row = { task, method: 'Scorebook', setting, n };
    const above = spread([peak - idle], first);
    report.add({ ...row, metric: 'seconds per draw' }, spread([seconds], first));
    report.add({ ...row, metric: 'MiB above the idle process' }, above);
    report.add({ ...row, metric: 'MiB of the idle process' }, spread([idle], first));
    report.add({ ...row, metric: 'squared MMD to the exact posterior' }, spread([squaredMmd], first));
    report.target(`Memory of a draw at ${setting}, above the idle process`, 'at most', 1024, 'MiB', above);
  }
}
