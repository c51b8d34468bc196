import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import {
  cholesky,
  diagonalMatrix,
  inverse,
  logDeterminant,
  matrixProduct,
  matrixVector,
  solve,
  solveLower,
  symmetricEigen,
  transpose,
} from '../../lib/maths/linalg';
import { rng } from '../../lib/core/rng';

const SEED = 20240601;
const close = (a: number[][], b: number[][], tolerance = 1e-8): void => {
  a.forEach((row, i) =>
    row.forEach((value, j) => expect(Math.abs(value - b[i][j])).toBeLessThan(tolerance * (1 + Math.abs(b[i][j])))),
  );
};
/** A random symmetric positive definite matrix: G G' + I. */
const positiveDefinite = fc.record({ n: fc.integer({ min: 1, max: 7 }), seed: fc.integer() }).map(({ n, seed }) => {
  const source = rng(seed);
  const g = Array.from({ length: n }, () => Array.from({ length: n }, () => source.normal()));
  return matrixProduct(g, transpose(g)).map((row, i) => row.map((value, j) => value + (i === j ? 1 : 0)));
});

describe('small dense algebra', () => {
  it('gives the closed forms of a 2 x 2 matrix', () => {
    const a = [
      [4, 2],
      [2, 5],
    ];
    expect(cholesky(a)).toEqual([
      [2, 0],
      [1, 2],
    ]);
    expect(solve(a, [8, 12])).toEqual([1, 2]);
    close(
      inverse(a),
      [
        [5 / 16, -2 / 16],
        [-2 / 16, 4 / 16],
      ],
      1e-14,
    );
    expect(logDeterminant(a)).toBeCloseTo(Math.log(16), 12);
    expect(
      solveLower(
        [
          [2, 0],
          [1, 2],
        ],
        [2, 5],
      ),
    ).toEqual([1, 2]);
    const { values, vectors } = symmetricEigen([
      [2, 1],
      [1, 2],
    ]);
    expect(values[0]).toBeCloseTo(1, 12);
    expect(values[1]).toBeCloseTo(3, 12);
    expect(Math.abs(vectors[1][0])).toBeCloseTo(Math.SQRT1_2, 12);
  });

  it('multiplies the Cholesky factor back to the matrix', () => {
    fc.assert(
      fc.property(positiveDefinite, (a) => close(matrixProduct(cholesky(a), transpose(cholesky(a))), a)),
      { seed: SEED },
    );
  });

  it('gives an inverse that undoes the matrix and is exactly symmetric', () => {
    fc.assert(
      fc.property(positiveDefinite, (a) => {
        const inv = inverse(a);
        close(matrixProduct(a, inv), diagonalMatrix(a.map(() => 1)));
        expect(inv).toEqual(transpose(inv));
      }),
      { seed: SEED },
    );
  });

  it('decomposes into ascending values and orthonormal vectors, at any scale', () => {
    fc.assert(
      fc.property(positiveDefinite, fc.constantFrom(1e-8, 1, 1e8), (a, scale) => {
        const scaled = a.map((row) => row.map((value) => value * scale));
        const { values, vectors } = symmetricEigen(scaled);
        expect([...values].sort((x, y) => x - y)).toEqual(values);
        close(matrixProduct(vectors, transpose(vectors)), diagonalMatrix(a.map(() => 1)));
        vectors.forEach((vector, k) =>
          matrixVector(scaled, vector).forEach((value, i) =>
            expect(Math.abs(value - values[k] * vector[i])).toBeLessThan(1e-8 * values[values.length - 1]),
          ),
        );
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('decomposes repeated, zero and indefinite matrices', () => {
    expect(symmetricEigen(diagonalMatrix([1, 1, 1])).values).toEqual([1, 1, 1]);
    expect(
      symmetricEigen([
        [0, 0],
        [0, 0],
      ]).values,
    ).toEqual([0, 0]);
    const { values } = symmetricEigen([
      [0, 2],
      [2, 0],
    ]);
    expect(values[0]).toBeCloseTo(-2, 12);
    expect(values[1]).toBeCloseTo(2, 12);
  });

  it('refuses what it cannot factor and says which pivot fails', () => {
    expect(() =>
      cholesky([
        [1, 1],
        [1, 1],
      ]),
    ).toThrow(/pivot 1/);
    expect(() => cholesky([[1, 2]])).toThrow(InvalidInputError);
    expect(() => cholesky([[NaN]])).toThrow(InvalidInputError);
    expect(() =>
      symmetricEigen([
        [1, 2],
        [0, 1],
      ]),
    ).toThrow(/symmetric/);
    expect(() => solve([[1]], [1, 2])).toThrow(/right side/);
    expect(() => matrixProduct([[1, 2]], [[1]])).toThrow(InvalidInputError);
  });
});
