import { counted, described, descriptionOf } from '../core/description';
import type { Task } from './task';

/** A task that is printed as its name, its sizes and what is known of its posterior. */
export function describedTask<T extends Task>(task: T): T {
  const { name, prior, dataDim } = task;
  return described(task, () => ({
    title: `Task ${name}: ${counted(prior.dim, 'parameter')}${dataDim ? `, ${counted(dataDim, 'data value')}` : ''}`,
    facts: {
      prior: descriptionOf(prior)?.title ?? counted(prior.dim, 'parameter'),
      posterior: task.exactPosterior ? 'task.exactPosterior(xObs)' : 'not known in closed form',
      next: 'simulate(task, 1_000, { seed: 1 })',
    },
    variable: 'task',
  }));
}
