import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { inverseRoot } from '../../lib/samplers/inverse-root';
import { matrix } from './exact-target';

/** R F R^T of a matrix, by eager code. */
const rounded = (f: number[][]): number[][] =>
  tf.tidy(() => {
    const m = tf.tensor2d(f);
    const root = inverseRoot(m);
    return tf.matMul(tf.matMul(root, m), root, false, true).arraySync() as number[][];
  });

const expectIdentity = (m: number[][], tolerance: number): void =>
  m.forEach((row, i) =>
    row.forEach((value, j) => expect(Math.abs(value - (i === j ? 1 : 0)), `entry ${i}, ${j}`).toBeLessThan(tolerance)),
  );

describe('inverseRoot', () => {
  it('makes correlated matrices round, whatever their units', () => {
    // the ridge 1e-4 over the smallest eigenvalue of the correlation matrix, .05 here, bounds the error
    for (const correlation of [0, 0.5, 0.95, -0.3]) {
      const scales = [1e-3, 1, 1e4];
      expectIdentity(rounded(matrix(3, (i, j) => scales[i] * scales[j] * (i === j ? 1 : correlation))), 4e-3);
    }
  });

  it('stays finite where directions are lost to float32: a singular matrix, and zero', () => {
    for (const f of [matrix(4, () => 1), matrix(4, () => 0), matrix(6, (i, j) => 1 / (i + j + 1))]) {
      for (const value of rounded(f).flat()) expect(value).toBeLessThan(1.01);
    }
  });

  it('gives the same in a recording, up to rounding, and leaves no tensor', () => {
    const before = tf.memory().numTensors;
    const f = tf.tensor2d(matrix(3, (i, j) => (i === j ? 2 : 1.5)));
    const program = compile(inverseRoot);
    const [recorded, eager] = [program(f), tf.tidy(() => inverseRoot(f))];
    const values = eager.dataSync();
    recorded.dataSync().forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThan(1e-5));
    tf.dispose([f, recorded, eager]);
    program.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
