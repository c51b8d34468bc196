import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';

/**
 * Checks a value against the comment that states it: numbers to the digits written, tensors by their entries or their
 * shape.
 */
export function expectStated(value: unknown, stated: string): void {
  if (stated.startsWith('shape ')) {
    const shape = value instanceof tf.Tensor ? value.shape : shapeOf(value);
    expect(shape).toEqual(JSON.parse(stated.slice(6)));
    return;
  }
  expectClose(value instanceof tf.Tensor ? value.arraySync() : value, JSON.parse(stated), stated);
}

function expectClose(value: unknown, expected: unknown, stated: string): void {
  if (Array.isArray(expected)) {
    expect(Array.isArray(value) || ArrayBuffer.isView(value), `a list, as ${stated} says`).toBe(true);
    const entries = Array.from(value as ArrayLike<unknown>);
    expect(entries).toHaveLength(expected.length);
    expected.forEach((each, i) => expectClose(entries[i], each, stated));
  } else if (typeof expected === 'number') {
    const digits = Math.max(0, ...(stated.match(/\.\d+/g) ?? []).map((part) => part.length - 1));
    // whole numbers are meant exactly, but for float32
    const tolerance = digits === 0 ? 1e-5 * Math.max(1, Math.abs(expected)) : 0.5 * 10 ** -digits + 1e-6;
    expect(Math.abs((value as number) - expected), `${String(value)} is not ${expected}`).toBeLessThanOrEqual(
      tolerance,
    );
  } else expect(value).toBe(expected);
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}
