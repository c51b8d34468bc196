import type { Measure } from './experiment';
import { squaredMmd } from './measures';

/** The measures of an experiment that names none. */
export const defaultMeasures: readonly Measure[] = [squaredMmd()];
