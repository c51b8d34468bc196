import type { Measure } from './experiment';
import { squaredMmd } from './measures';

/** What is measured in an experiment that does not say what. */
export const defaultMeasures: readonly Measure[] = [squaredMmd()];
