import { InvalidInputError } from '../core/errors';
import type { Experiment } from './experiment';

/**
 * Refuses an experiment that could not be run.
 * @throws InvalidInputError for an empty axis or one with repeats, for budgets or n that are not positive whole
 * numbers, seeds that are not whole, a budget too small for a setting, settings or measures that cannot be told apart,
 * numbers of observations that are none, or a task whose true posterior is not known.
 */
export function checkExperiment(experiment: Experiment): void {
  for (const axis of ['settings', 'budgets', 'seeds', 'n'] as const) {
    if (experiment[axis].length === 0)
      throw new InvalidInputError(`experiment ${axis}`, { expected: 'at least one entry', received: 'none' });
  }
  for (const axis of ['budgets', 'n', 'seeds'] as const) {
    const least = axis === 'seeds' ? 0 : 1;
    const wrong = experiment[axis].find((value) => !Number.isInteger(value) || value < least);
    if (wrong !== undefined)
      throw new InvalidInputError(`experiment ${axis}`, {
        expected: least === 1 ? 'positive whole numbers' : 'whole numbers of at least 0',
        received: String(wrong),
      });
    refuseRepeats(`experiment ${axis}`, experiment[axis].map(String), 'each number once');
  }
  checkObservations(experiment);
  checkMeasures(experiment);
  const { samples = 1000 } = experiment;
  if (!Number.isInteger(samples) || samples < 2)
    throw new InvalidInputError('experiment samples', {
      expected: 'a whole number of at least 2',
      received: String(samples),
    });
  checkSettings(experiment);
  if (!experiment.truth && !experiment.task.exactPosterior)
    throw new InvalidInputError('experiment truth', {
      expected: `a function (xObs, samples, seed) => draws of the true posterior, since the task ${experiment.task.name} has no exact posterior`,
      received: 'none',
      remedy: 'Draw them with a Markov chain over tasks.unnormalisedPosterior(task, xObs), for example.',
    });
}

function checkObservations({ observations }: Experiment): void {
  if (!observations) return;
  const { numbers } = observations;
  const wrong = numbers.find((number) => !Number.isInteger(number) || number < 1);
  if (numbers.length === 0 || wrong !== undefined)
    throw new InvalidInputError('experiment observations', {
      expected: 'positive whole numbers, at least one',
      received: String(wrong ?? 'none'),
    });
  refuseRepeats('experiment observations', numbers.map(String), 'each number once');
}

function checkMeasures({ measures }: Experiment): void {
  const names = measures?.map(({ metric }) => metric);
  if (names?.length === 0 || names?.includes(''))
    throw new InvalidInputError('experiment measures', {
      expected: 'at least one measure, each with a name',
      received: names.length === 0 ? 'none' : 'one without a name',
    });
  if (names) refuseRepeats('experiment measures', names, 'a different name for each, since rows are told apart by it');
}

function checkSettings({ settings, budgets }: Experiment): void {
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
    if ([setting, id, ...methods].includes('') || methods.length === 0)
      throw new InvalidInputError(`experiment setting "${setting}"`, {
        expected: 'a name, an id and at least one method, each with a name',
        received: `the id "${id}" and the methods ${JSON.stringify(methods)}`,
      });
    const small = budgets.find((budget) => budget < smallestBudget);
    if (small !== undefined)
      throw new InvalidInputError('experiment budgets', {
        expected: `at least ${smallestBudget} simulator calls, the fewest that the setting "${id}" trains from`,
        received: String(small),
        remedy: 'Take a larger budget, or train in smaller batches.',
      });
  }
}

function refuseRepeats(what: string, values: readonly string[], expected: string): void {
  const again = values.find((value, i) => values.indexOf(value) !== i);
  if (again !== undefined) throw new InvalidInputError(what, { expected, received: `${again} twice` });
}
