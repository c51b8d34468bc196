import type { Bench } from './context';
import { spread } from './in-turns';
import { memoryOfDraw } from './memory';

/** Memory of a draw for very many observations. */
export function memory({ sizes, report }: Bench): void {
  const { n, samples, levels: count } = sizes.memory;
  const { idle, peak, seconds, finite } = memoryOfDraw(n, samples, count);
  const setting = `${samples} samples, T = ${count}${finite ? '' : ', not finite'}`;
  const row = { task: `Memory of a draw, n = ${n.toLocaleString('en')}`, method: 'Predictor-corrector', setting, n };
  const above = spread([peak - idle], seconds);
  report.add({ ...row, metric: 'MiB above the idle process' }, above);
  report.add({ ...row, metric: 'MiB of the idle process' }, spread([idle], seconds));
  report.target(
    `Memory of a draw at n = ${n.toLocaleString('en')}, above the idle process`,
    'at most',
    1024,
    'MiB',
    above,
  );
}
