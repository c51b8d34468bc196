import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { renderSvg } from '../../lib/io/render';
import { calibrationPlot } from '../../lib/plots/calibration-plot';
import type { ClassifierCalibration } from '../../lib/records/classifier-calibration';
import { textsOf, warningsOf } from './fixtures';

const calibration: ClassifierCalibration = {
  bins: [
    { probability: 0.1, frequency: 0.12, pairs: 700, lower: 0.05, upper: 0.16 },
    { probability: 0.9, frequency: 0.7, pairs: 500, lower: 0.84, upper: 0.95 },
  ],
  expectedError: 0.095,
  isCalibrated: false,
  level: 0.95,
};

describe('calibrationPlot', () => {
  test('draws the bins, tells those that are outside of their bands, and the error on how many pairs', async () => {
    const spec = calibrationPlot(calibration);
    expect(await warningsOf(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    expect(textsOf(svg).join(' ')).toMatch(
      /Calibration of the classifier.*expected calibration error 0\.095 on 1,200 pairs; 1 of 2 bins outside/,
    );
    expect(svg).not.toContain('NaN');
    const { values } = spec.data as { values: { band: string }[] };
    expect(values.map(({ band }) => band)).toEqual(['inside', 'outside']);
  });

  test('takes a title of one’s own', async () => {
    expect(textsOf(await renderSvg(calibrationPlot(calibration, { title: 'Mine' })))).toContain('Mine');
  });

  test('refuses a calibration without bins, and bins that are not of numbers', () => {
    expect(() => calibrationPlot({ ...calibration, bins: [] })).toThrow(InvalidInputError);
    const bins = [{ ...calibration.bins[0], frequency: NaN }];
    expect(() => calibrationPlot({ ...calibration, bins })).toThrow(/bin 0/);
  });
});
