import { listOf, objectOf, refuse } from '../core/checks';
import type { ClassifierCalibration } from '../records/classifier-calibration';
import type { VegaLiteSpec } from '../records/figure-spec';
import { readable } from './ground';
import { interactive } from './interaction';
import { figureConfig, figureTitle, SOFT, VEGA_LITE_SCHEMA } from './theme';

/** Options of `calibrationPlot`. */
export interface CalibrationPlotOptions {
  /** Default `Calibration of the classifier`. */
  title?: string;
}

const COLORS = { inside: '#0072b2', outside: '#d55e00' } as const;
const SIDE = 360;

/**
 * A figure of a classifier's calibration: how often pairs were as simulated, by the probability that the classifier
 * gave them, with the bands of a calibrated classifier and the diagonal that it would follow.
 *
 * @param calibration such as `estimator.fit.calibration`.
 * @throws InvalidInputError where there is no bin, or one is not of finite numbers.
 * @example
 * const trained = await nre.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
 * const figure = plots.calibrationPlot(await trained.calibration(simulations));
 */
export function calibrationPlot(
  calibration: ClassifierCalibration,
  options: CalibrationPlotOptions = {},
): VegaLiteSpec {
  const { title } = objectOf('calibrationPlot: options', options);
  const expected = 'a calibration, such as estimator.fit.calibration';
  const { bins, expectedError, level } = objectOf('calibrationPlot: calibration', calibration, expected);
  listOf('calibrationPlot: bins', bins, 'the bins of a calibration');
  const bad = bins.findIndex((bin) => !Object.values(bin).every(Number.isFinite));
  if (bins.length === 0 || bad >= 0)
    refuse('calibrationPlot: bins', 'at least one, of finite numbers', bad >= 0 ? `other ones in bin ${bad}` : 'none');
  const values = bins.map((bin) => ({
    ...bin,
    band: bin.frequency >= bin.lower && bin.frequency <= bin.upper ? 'inside' : 'outside',
  }));
  const share = (field: string, axis: string): object => ({
    field,
    type: 'quantitative',
    title: axis,
    scale: { domain: [0, 1] },
  });
  const x = share('probability', 'probability that the classifier gave');
  const y = share('frequency', 'share that were as simulated');
  const number = (field: string, name: string): object => ({
    field,
    type: 'quantitative',
    title: name,
    format: '.3~g',
  });
  const color = {
    field: 'band',
    type: 'nominal',
    sort: null,
    legend: null,
    scale: { domain: Object.keys(COLORS), range: Object.values(COLORS).map(readable) },
  };
  const pairs = bins.reduce((sum, bin) => sum + bin.pairs, 0).toLocaleString('en-US');
  const outside = values.filter(({ band }) => band === 'outside').length;
  const told =
    `expected calibration error ${expectedError.toPrecision(2)} on ${pairs} pairs; ` +
    `${outside} of ${bins.length} bins outside of the ${Math.round(100 * level)} % bands`;
  return {
    $schema: VEGA_LITE_SCHEMA,
    config: figureConfig,
    title: figureTitle(title ?? 'Calibration of the classifier', told),
    width: SIDE,
    height: SIDE,
    data: { values },
    params: interactive({ zoom: ['curve'] }),
    layer: [
      {
        data: { values: [0, 1].map((end) => ({ probability: end, frequency: end })) },
        mark: { type: 'line', strokeDash: [3, 3], color: SOFT },
        encoding: { x, y },
      },
      {
        mark: { type: 'rule', strokeWidth: 6, opacity: 0.35, color: SOFT },
        encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' } },
      },
      { mark: { type: 'line', strokeWidth: 1.8, color: readable(COLORS.inside) }, encoding: { x, y } },
      {
        name: 'curve',
        mark: { type: 'point', filled: true, size: 60, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          tooltip: [
            number('probability', 'probability'),
            number('frequency', 'frequency'),
            number('lower', 'band from'),
            number('upper', 'to'),
            number('pairs', 'pairs'),
          ],
        },
      },
    ],
  } as VegaLiteSpec;
}
