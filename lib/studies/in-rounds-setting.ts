import type { Estimator } from '../contract/estimator';
import type { ExperimentSetting } from '../experiments/experiment';
import { posteriorSetting } from '../experiments/posterior-setting';
import { inRounds } from '../inference/sequential/in-rounds';
import type { SequentialMethod } from '../inference/sequential/sequential-method';

/** Rounds of the methods that go in rounds, as in the benchmark. */
const rounds = 10;

/** How they go. */
const settings = { rounds, stopWhenStill: false };

/** A method in rounds, for each observation anew, whose last posterior is judged. */
export function inRoundsSetting<E extends Estimator>(
  method: SequentialMethod<E>,
  name: string = method.spec.name,
): (setting: string) => ExperimentSetting {
  return (setting) =>
    posteriorSetting({
      setting,
      method: name,
      // each round must hold out enough
      smallestBudget: 100 * rounds,
      definition: { method: method.spec, ...settings },
      infer: async (task, xObs, options) => {
        const run = await inRounds(task, xObs, method, { ...options, ...settings });
        return { posterior: run.posterior, calls: options.calls, dispose: () => run.dispose() };
      },
    });
}
