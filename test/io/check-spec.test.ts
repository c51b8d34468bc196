import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { checkSpec } from '../../lib/io/check-spec';
import { InvalidInputError } from '../../lib/core/errors';
import { show } from '../../lib/notebook/show';
import { curvePlot } from '../../lib/plots/curve-plot';
import { lossPlot } from '../../lib/plots/loss-plot';
import { marginalPlot } from '../../lib/plots/marginal-plot';
import { pairPlot } from '../../lib/plots/pair-plot';
import { samplePanels } from '../../lib/plots/sample-panels';
import { normalRows, sweep } from '../plots/fixtures';

const data = { values: [{ a: 1, b: 2 }] };
const x = { field: 'a', type: 'quantitative' };

describe('a Vega-Lite specification', () => {
  it.each<[string, object, RegExp]>([
    ['an unknown mark', { mark: 'bra', data }, /^show\.mark: expected one of .*bar.*, received bra\./],
    [
      'no mark at all',
      { $schema: 'vega-lite/v5', data },
      /show\.mark: .*received undefined\. .* has a mark, or a layer/,
    ],
    [
      'a misspelt channel',
      { mark: 'bar', data, encoding: { xx: x } },
      /show\.encoding: expected channels among .*, received xx/,
    ],
    [
      'a misspelt key',
      { mark: 'bar', data, encoding: { x: { feild: 'a' } } },
      /show\.encoding\.x: expected a field, .*the keys feild/,
    ],
    [
      'an unknown type',
      { mark: 'bar', data, encoding: { x: { field: 'a', type: 'number' } } },
      /encoding\.x\.type: expected quantitative.*received number/,
    ],
    [
      'a field that no row has',
      { mark: 'bar', data, encoding: { x: { ...x, field: 'c' } } },
      /encoding\.x\.field: expected one of a, b, .*received c/,
    ],
    ['layers that are none', { layer: 'no' }, /show\.layer: expected an array of views, received the text "no"/],
    ['a hole in a row of views', { hconcat: [{ mark: 'bar', data }, null] }, /show\.hconcat\[1\]: expected a view/],
    ['a facet of nothing', { facet: { field: 'a' } }, /show\.spec: expected a view/],
    ['an encoding that is null', { mark: 'bar', data, encoding: null }, /show\.encoding: expected channels/],
  ])('is refused with what is wrong and where: %s', async (_, spec, message) => {
    const attempt = show(spec);
    await expect(attempt).rejects.toThrow(InvalidInputError);
    await expect(attempt).rejects.toThrow(message);
  });

  it('is taken where it is right: layers, facets, repeats, transforms, values, conditions', () => {
    const unit = { mark: { type: 'line' }, encoding: { x, y: { aggregate: 'count' }, color: { value: 'red' } } };
    for (const spec of [
      { data, ...unit },
      { data, layer: [unit, { mark: 'rule', encoding: { x: { datum: 3 } } }] },
      { data, vconcat: [unit, { hconcat: [unit] }] },
      { data, facet: { field: 'b' }, spec: unit },
      { data, repeat: ['a', 'b'], spec: { mark: 'bar', encoding: { x: { field: { repeat: 'repeat' } } } } },
      { data, transform: [{ calculate: '1', as: 'c' }], mark: 'bar', encoding: { x: { field: 'c' } } },
      { data: { url: 'rows.json' }, mark: 'boxplot', encoding: { x: { field: 'z' }, tooltip: [{ field: 'z' }] } },
      { data, mark: 'bar', encoding: { color: { condition: { param: 'p', value: 'red' }, value: 'grey' }, y: null } },
    ])
      expect(() => checkSpec('spec', spec as never)).not.toThrow();
  });

  it("is taken from the library's own plots", () => {
    const [two, three] = [normalRows(40, 2), normalRows(40, 3)];
    const truth = [0, 1];
    for (const figure of [
      curvePlot(sweep()),
      curvePlot(sweep({ budgets: [100, 1000] }), { facet: 'budget', x: 'n' }),
      lossPlot([{ epoch: 1, training: 1, validation: 2 }]),
      marginalPlot({ a: three, b: three }),
      pairPlot({ a: two }, { truth }),
      samplePanels({ r: { a: two, b: two } }),
    ])
      expect(() => checkSpec('spec', figure)).not.toThrow();
  });
});
