import type { Experiment } from '../experiments/experiment';

/** An experiment of a study, with the notebook that its results belong to. */
export interface StudyExperiment {
  /** The folder in `results/`. */
  readonly notebook: string;
  /** What is run. */
  readonly experiment: Experiment;
}
