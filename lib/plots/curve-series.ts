import type { ResultRow } from '../records/result-row';
import { palette } from './palette';

/** The lines of a curve figure and how each one looks. */
export interface CurveSeries {
  nameOf(row: ResultRow): string;
  readonly names: readonly string[];
  readonly colors: readonly string[];
  readonly dashes: readonly (readonly number[])[];
  readonly shapes: readonly string[];
}

const DASHES = [
  [1, 0],
  [6, 4],
  [2, 3],
  [10, 3, 2, 3],
] as const;
const SHAPES = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down'] as const;

/**
 * One line for each method and setting. Colour shows the method and dash the setting; where all rows are of one method,
 * colour shows the setting. Settings are named only where rows differ in them.
 */
export function curveSeries(rows: readonly ResultRow[], overrides?: Readonly<Record<string, string>>): CurveSeries {
  const methods = distinct(rows.map((row) => row.method));
  const settings = distinct(rows.map((row) => row.setting));
  const oneMethod = methods.length === 1 && settings.length > 1;
  const nameOf = (row: ResultRow): string =>
    settings.length === 1 ? row.method : oneMethod ? row.setting : `${row.method} · ${row.setting}`;
  const colors = palette(oneMethod ? settings : methods, overrides);

  const lines = new Map(rows.map((row) => [nameOf(row), { method: row.method, setting: row.setting }]));
  const ordered = [...lines].sort(
    ([, a], [, b]) =>
      methods.indexOf(a.method) - methods.indexOf(b.method) ||
      settings.indexOf(a.setting) - settings.indexOf(b.setting),
  );
  return {
    nameOf,
    names: ordered.map(([name]) => name),
    colors: ordered.map(([, line]) => colors[oneMethod ? line.setting : line.method]),
    dashes: ordered.map(([, line]) => DASHES[oneMethod ? 0 : settings.indexOf(line.setting) % DASHES.length]),
    shapes: ordered.map(([, line]) => SHAPES[settings.indexOf(line.setting) % SHAPES.length]),
  };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
