import { demand, listOf, objectOf, requireCount, requireEach } from '../core/checks';
import type { Experiment } from './experiment';

/**
 * Refuses an experiment that cannot be run.
 * @throws InvalidInputError for an empty axis or one with repeats, for budgets or n that are not positive whole
 * numbers, seeds that are not whole numbers, a budget too small for a setting, settings or measures that cannot be told
 * apart, invalid numbers of observations, or a task without a known true posterior.
 */
export function checkExperiment(experiment: Experiment): void {
  objectOf('experiment', experiment, '{ task, settings, budgets, seeds, n }');
  objectOf('experiment task', experiment.task, 'a task');
  for (const axis of ['settings', 'budgets', 'seeds', 'n'] as const)
    demand(
      `experiment ${axis}`,
      listOf(`experiment ${axis}`, experiment[axis], 'an array').length > 0,
      'at least one entry',
      'none',
    );
  for (const axis of ['budgets', 'n', 'seeds'] as const) {
    const least = axis === 'seeds' ? 0 : 1;
    const expected = least === 1 ? 'positive whole numbers' : 'whole numbers of at least 0';
    requireEach(`experiment ${axis}`, experiment[axis], expected, (value) => isCount(value, least));
    refuseRepeats(`experiment ${axis}`, experiment[axis].map(String), 'each number once');
  }
  checkObservations(experiment);
  checkMeasures(experiment);
  requireCount('experiment samples', experiment.samples ?? 1000, 2);
  checkSettings(experiment);
  const { task, truth, judge } = experiment;
  if (judge) return checkJudge(experiment);
  demand(
    'experiment truth',
    truth !== undefined || task.exactPosterior !== undefined,
    'a function (xObs, samples, seed) => draws of the true posterior, ' +
      `since the task ${task.name} has no exact posterior`,
    'none',
    'Draw them with a Markov chain over tasks.unnormalisedPosterior(task, xObs), for example.',
  );
}

function checkJudge({ judge, n, settings }: Experiment): void {
  const { metrics } = objectOf('experiment judge', judge, '{ metrics, judge }');
  const [what, expected] = ['experiment judge: metrics', 'the names of its numbers, at least one'];
  demand(what, listOf(what, metrics, expected).length > 0, expected, 'none');
  refuseRepeats(what, metrics, 'a different name for each, since rows are told apart by it');
  demand('experiment n', n.length === 1 && n[0] === 1, '[1] where trainings are judged by themselves', n);
  const several = settings.find(({ methods }) => methods.length > 1);
  const remedy = 'One training is judged once, however it is drawn from.';
  demand('experiment settings', several === undefined, 'one method in each', several?.methods, remedy);
}

function checkObservations({ observations }: Experiment): void {
  if (!observations) return;
  const { numbers } = observations;
  const [what, expected] = ['experiment observations', 'positive whole numbers, at least one'];
  demand(what, numbers.length > 0, expected, 'none');
  requireEach(what, numbers, expected, (value) => isCount(value, 1));
  refuseRepeats(what, numbers.map(String), 'each number once');
}

function checkMeasures({ measures }: Experiment): void {
  if (!measures) return;
  const names = measures.map(({ metric }) => metric);
  const [what, expected] = ['experiment measures', 'at least one measure, each with a name'];
  demand(what, names.length > 0, expected, 'none');
  demand(what, !names.includes(''), expected, 'one without a name');
  refuseRepeats(what, names, 'a different name for each, since rows are told apart by it');
}

function checkSettings({ settings, budgets, n }: Experiment): void {
  const forOne = settings.find(({ perObservation }) => perObservation);
  const remedy = `The setting "${forOne?.id}" trains for one set of observations: make an experiment for each n.`;
  demand('experiment n', forOne === undefined || n.length === 1, 'one number of observations', n, remedy);
  refuseRepeats(
    'experiment settings',
    settings.map(({ id }) => id),
    'a different id for each',
  );
  refuseRepeats(
    'experiment methods',
    settings.flatMap(({ setting, methods }) => methods.map((method) => `${setting} / ${method}`)),
    'each method once in a setting, since rows are told apart by it',
  );
  for (const { setting, id, methods, smallestBudget = 1 } of settings) {
    demand(
      `experiment setting "${setting}"`,
      ![setting, id, ...methods].includes('') && methods.length > 0,
      'a name, an id and at least one method, each with a name',
      `the id "${id}" and the methods ${JSON.stringify(methods)}`,
    );
    const smallest = Math.min(...budgets);
    demand(
      'experiment budgets',
      smallest >= smallestBudget,
      `at least ${smallestBudget} simulator calls, the fewest that the setting "${id}" trains from`,
      smallest,
      'Take a larger budget, or a setting that trains from fewer.',
    );
  }
}

function refuseRepeats(what: string, values: readonly string[], expected: string): void {
  const again = values.find((value, i) => values.indexOf(value) !== i);
  demand(what, again === undefined, expected, `${again} twice`);
}

function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}
