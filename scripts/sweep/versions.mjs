import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fingerprint } from '../setup/fingerprint.mjs';
import { codeVersion, studiesVersion } from './code-version.mjs';
import { definitionText } from './definition-text.mjs';

/** @typedef {import('scorebook').experiments.Experiment} Experiment */
/** @typedef {import('scorebook').experiments.ExperimentSetting} Setting */

/**
 * The version of the runs of each setting of some experiments: a hash of the code, the task, the setting's definition
 * and how its draws are judged. Budgets, seeds, numbers of observations and methods name rows, so that they are no part
 * of it, but what a method draws with is.
 * @param {string} definition the URL of the module that defines the experiments
 * @param {readonly { experiment: Experiment }[]} parts
 * @returns {(experiment: Experiment, setting: Setting) => string}
 */
export function versionsOf(definition, parts) {
  const code = codeVersion();
  // what says nothing of itself is another with any change of the modules that it may come from
  const modules = fingerprint([readFileSync(fileURLToPath(definition), 'utf8'), studiesVersion()]);
  /** @type {Map<Experiment, Map<Setting, string>>} */
  const known = new Map();
  for (const { experiment } of parts) {
    const { task, samples = 1000, truth, measures } = experiment;
    const judged = definitionText({ task: task.name, samples, truth, measures });
    const ofSettings = experiment.settings.map((setting) => {
      const { setting: name, id, definition: own = { modules, train: setting.train } } = setting;
      const text = definitionText({ name, id, perObservation: setting.perObservation === true, own });
      return /** @type {const} */ ([setting, fingerprint([code, judged, text])]);
    });
    known.set(experiment, new Map(ofSettings));
  }
  return (experiment, setting) => /** @type {string} */ (known.get(experiment)?.get(setting));
}
