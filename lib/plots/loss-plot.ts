import { listOf, objectOf, refuse } from '../core/checks';
import type { VegaLiteSpec } from '../records/figure-spec';
import type { LossPoint } from '../core/host';
import { readable } from './ground';
import { hoverLayer, interactive, pickedOpacity } from './interaction';
import { FIGURE_WIDTH, figureConfig, figureTitle, ink, VEGA_LITE_SCHEMA } from './theme';

/** Options of `lossPlot`. */
export interface LossPlotOptions {
  /**
   * Epoch whose weights were kept. Default: the lowest validation loss (without validation, the lowest training loss).
   */
  best?: number;
  /** Default `Loss by epoch`. */
  title?: string;
}

const COLORS = { training: '#56b4e9', validation: '#d55e00' } as const;

/**
 * A figure of the training and validation loss by epoch, with the best epoch marked.
 *
 * @param points one per epoch; a missing loss is not drawn.
 * @throws InvalidInputError where there is no loss, or one is infinite or NaN.
 * @example
 * const figure = plots.lossPlot(estimator.fit.history);
 */
export function lossPlot(points: readonly LossPoint[], options: LossPlotOptions = {}): VegaLiteSpec {
  const { title, best: chosen } = objectOf('lossPlot: options', options);
  listOf('points', points, 'an array of { epoch, training, validation }, such as estimator.fit.history');
  const values = points.flatMap((point, i) =>
    (['training', 'validation'] as const).flatMap((curve) => {
      const { epoch, [curve]: loss } = objectOf(`points[${i}]`, point, '{ epoch, training, validation }');
      return loss === undefined ? [] : [{ epoch, curve, loss }];
    }),
  );
  const bad = values.find(({ epoch, loss }) => !Number.isFinite(epoch) || !Number.isFinite(loss));
  if (values.length === 0 || bad) {
    const received = bad ? `the loss ${bad.loss} at epoch ${bad.epoch}` : `${points.length} points without a loss`;
    refuse('points', 'at least one finite training or validation loss', received);
  }
  const watched = values.some(({ curve }) => curve === 'validation') ? 'validation' : 'training';
  const candidates = values.filter(
    ({ curve, epoch }) => curve === watched && (chosen === undefined || epoch === chosen),
  );
  const best =
    candidates.length > 0 ? candidates.reduce((low, point) => (point.loss < low.loss ? point : low)) : undefined;
  const names = [...new Set(values.map(({ curve }) => curve))];
  const encoding = {
    x: {
      field: 'epoch',
      type: 'quantitative',
      title: 'epoch',
      axis: { grid: false, tickMinStep: 1, format: ',d' },
      scale: { nice: false },
    },
    y: { field: 'loss', type: 'quantitative', title: 'loss', scale: { zero: false } },
    color: {
      field: 'curve',
      type: 'nominal',
      sort: null,
      scale: { domain: names, range: names.map((name) => readable(COLORS[name])) },
    },
  };
  return {
    $schema: VEGA_LITE_SCHEMA,
    config: figureConfig,
    title: figureTitle(
      title ?? 'Loss by epoch',
      best && `best epoch ${best.epoch}: ${watched} loss ${Number(best.loss.toPrecision(4))}`,
    ),
    width: FIGURE_WIDTH - 70,
    height: 240,
    data: { values },
    params: interactive({ zoom: ['losses'], pick: { field: 'curve', views: ['losses'] } }),
    layer: [
      {
        name: 'losses',
        mark: { type: 'line', strokeWidth: 1.8 },
        encoding: { ...encoding, opacity: pickedOpacity(1) },
      },
      {
        name: hoverLayer('losses'),
        mark: { type: 'point', filled: true, size: 60, opacity: 0 },
        encoding: {
          ...encoding,
          tooltip: [
            { field: 'epoch', type: 'quantitative' },
            { field: 'curve', type: 'nominal', title: 'loss of' },
            { field: 'loss', type: 'quantitative', format: '.5~g' },
          ],
        },
      },
      ...(best ? bestLayers(best) : []),
    ],
  } as VegaLiteSpec;
}

function bestLayers(best: { epoch: number; loss: number }): object[] {
  const data = { values: [best] };
  const x = { field: 'epoch', type: 'quantitative' };
  const y = { field: 'loss', type: 'quantitative' };
  return [
    { data, mark: { type: 'rule', strokeDash: [3, 3], color: '#77777f' }, encoding: { x } },
    { data, mark: { type: 'point', filled: true, size: 70, opacity: 1, color: ink }, encoding: { x, y } },
  ];
}
