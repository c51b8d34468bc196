import { createRequire } from 'node:module';
import { DataFrame } from 'danfojs-node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { silentHost } from '../../lib/core/host';
import { detectHost } from '../../lib/notebook/detect-host';
import { show, showTable } from '../../lib/notebook/show';
import { lossPlot } from '../../lib/plots/loss-plot';

const loaded = createRequire(__filename).cache;
const KERNEL = '/somewhere/tslab/dist/jupyter.js';
const figure = lossPlot([
  { epoch: 1, training: 1 },
  { epoch: 2, training: 0.5 },
]);

describe('in a notebook', () => {
  const send = vi.fn();
  beforeEach(() => {
    loaded[KERNEL] = { exports: { lastWriteDisplayData: send } } as unknown as NodeModule;
  });
  afterEach(() => {
    delete loaded[KERNEL];
    send.mockReset();
  });

  test('a figure goes out as one bundle of an interactive chart, an SVG and a text', async () => {
    await show(figure, { alt: 'loss falls from 1 to 0.5' });
    expect(send).toHaveBeenCalledTimes(1);
    const { data } = send.mock.calls[0][0] as { data: Record<string, unknown> };
    expect(data['application/vnd.vegalite.v5+json']).toBe(figure);
    expect(data['image/svg+xml']).toMatch(/^<svg .*<\/svg>$/s);
    expect(data['text/plain']).toBe('loss falls from 1 to 0.5');
  });

  test('a figure without an alternative text is named by its title', async () => {
    await show(figure);
    expect(send.mock.calls[0][0].data['text/plain']).toBe('Loss by epoch');
  });

  test('a DataFrame is shown as a table of its columns', async () => {
    await show({
      columns: ['method', 'value'],
      values: [
        ['NPE', 0.123456],
        ['<NLE>', null],
      ],
    });
    const { data } = send.mock.calls[0][0] as { data: Record<string, string> };
    expect(data['text/html']).toContain('>0.1235</td>');
    expect(data['text/html']).toContain('&#60;NLE&#62;');
    expect(data['text/plain']).toBe('method   value\nNPE     0.1235\n<NLE>');
  });

  test('a DataFrame whose rows have labels is shown with them', () => {
    const frame = new DataFrame({ theta: [1, 2, 3.5], x: [2, 4, 6] });
    showTable(frame.describe(), { digits: 3, columns: ['x', 'theta'] });
    const { data } = send.mock.calls[0][0] as { data: Record<string, string> };
    expect(data['text/plain'].split('\n').slice(0, 3)).toEqual([
      '          x  theta',
      'count     3      3',
      'mean      4   2.17',
    ]);
    expect(data['text/html']).toMatch(/<thead><tr><th[^>]*><\/th><th[^>]*>x<\/th>/);
    expect(data['text/html']).toMatch(/<tr><th[^>]*>mean<\/th><td[^>]*>4<\/td>/);
    expect(data['text/html'].match(/<th[ >]/g)).toHaveLength(3 + frame.describe().shape[0]);
  });

  test('rows that are numbered from 0 have no labels, others do', () => {
    const frame = new DataFrame({ a: [3, 1, 2] });
    showTable(frame);
    showTable(frame.sortValues('a') as DataFrame, { maxRows: 2 });
    const shown = send.mock.calls.map(([{ data }]) => (data as Record<string, string>)['text/plain']);
    expect(shown).toEqual(['a\n3\n1\n2', '   a\n1  1\n2  2\nand 1 more rows']);
  });

  test('a string is shown as HTML with its text beside it', async () => {
    await show('<b>bold</b> words');
    expect(send.mock.calls[0][0].data).toEqual({ 'text/html': '<b>bold</b> words', 'text/plain': 'bold words' });
  });

  test('the host that fits is the notebook host', () => {
    vi.stubEnv('SCOREBOOK_PROGRESS', '');
    const progress = detectHost().report('Training', 2);
    progress.curve([{ epoch: 1, training: 1 }]);
    progress.end();
    vi.unstubAllEnvs();
    expect(detectHost()).not.toBe(silentHost);
    expect(send.mock.calls[0][0].transient.display_id).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('outside a notebook', () => {
  test('one line stands for the figure', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await show(figure);
    await show([{ a: 1 }]);
    showTable([{ method: 'NPE', value: 1 / 3, n: 12345 }], { columns: ['n', 'value'], digits: 2 });
    expect(log.mock.calls.map(([line]) => line as string)).toEqual([
      '[figure] Loss by epoch',
      '[table] 1 rows: a',
      '     n  value\n12,345   0.33',
    ]);
    log.mockRestore();
  });
});

describe('bad input', () => {
  test.each([[{ nothing: 1 }], [5], [null]])('%j is refused', async (what) => {
    await expect(show(what as object)).rejects.toThrow(InvalidInputError);
  });

  test('a column no row has is refused with the names there are', () => {
    expect(() => showTable([{ a: 1, b: 2 }], { columns: ['c'] })).toThrow('names among a, b, received c');
    for (const wrong of [{ digits: 0 }, { digits: NaN }, { maxRows: -1 }, { maxRows: NaN }])
      expect(() => showTable([{ a: 1 }], wrong)).toThrow(InvalidInputError);
  });

  test('more rows than maxRows are counted', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    showTable(
      Array.from({ length: 5 }, (_, i) => ({ i })),
      { maxRows: 2, caption: 'five' },
    );
    expect(log.mock.calls[0][0]).toBe('five\ni\n0\n1\nand 3 more rows');
    log.mockRestore();
  });
});
