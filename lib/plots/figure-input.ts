import { objectOf } from '../core/checks';
import { checkBounds, checkTruth, chosenDims, parameterLabels } from './parameter-labels';
import { sampleColumns, type SampleColumns, type SampleSets } from './sample-sets';

/** What a figure of samples is asked to show. */
export interface FigureChoice {
  /** Axis titles of the D parameters, with units. Default θ₁, θ₂, ... */
  labels?: readonly string[];
  /** The parameter that generated the observation; drawn in every panel. */
  truth?: ArrayLike<number>;
  /** Which parameters, from 0. Default all. */
  dims?: readonly number[];
  /** Hard bounds of the support of each of the D parameters; the density does not leak beyond them. Default none. */
  bounds?: readonly (readonly [number, number])[];
}

/** What a figure of samples shows, checked. */
export interface FigureInput {
  readonly sets: SampleColumns[];
  readonly labels: readonly string[];
  readonly truth?: readonly number[];
  readonly dims: readonly number[];
}

/** Checks the samples against the labels, truth, bounds and dims that a figure was asked for. */
export function figureInput(samples: SampleSets, options: FigureChoice): FigureInput {
  const { labels: titles, truth: point, bounds, dims } = objectOf('options', options);
  const sets = sampleColumns(samples);
  const dimension = sets[0].columns.length;
  const labels = parameterLabels(dimension, titles);
  const truth = checkTruth(dimension, point);
  checkBounds(dimension, bounds);
  return { sets, labels, truth, dims: chosenDims(dimension, dims) };
}
