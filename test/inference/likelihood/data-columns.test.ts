import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { columnsText, dataColumns } from '../../../lib/inference/likelihood/data-columns';
import { cellPoints } from '../../../lib/inference/likelihood/unit-cell';

describe('the columns of data', () => {
  it('have a density where they vary, and noise where they are whole numbers', () => {
    const x = tf.tensor2d([
      [0.5, 1, 7, -3, 3e7],
      [1, 0, 7, 12, 2e7],
      [2, 1, 7, 4, 1e7],
    ]);
    const columns = dataColumns('train', x);
    expect(columns).toEqual({ modelled: [0, 1, 3, 4], whole: [1, 3] });
    expect(columnsText(columns, 5)).toMatch(/^1 constant column of x has .* 2 columns of whole numbers \(1, 3\) get/);
    expect(columnsText({ modelled: [0], whole: [] }, 1)).toBeUndefined();
    x.dispose();
  });
});

describe('the points of a unit cell', () => {
  it('begin at its centre and fill it evenly', () => {
    for (const dim of [1, 2, 10]) {
      const points = cellPoints(64, dim);
      expect(points[0]).toEqual(new Array(dim).fill(0));
      for (let d = 0; d < dim; d++) {
        const values = points.map((point) => point[d]).sort((a, b) => a - b);
        expect(values[0]).toBeGreaterThanOrEqual(-0.5);
        expect(values[63]).toBeLessThan(0.5);
        // the largest distance from the uniform law of independent points is about .16, of even ones far less
        values.forEach((value, i) => expect(Math.abs(value + 0.5 - (i + 0.5) / 64)).toBeLessThan(0.08));
      }
    }
  });
});
