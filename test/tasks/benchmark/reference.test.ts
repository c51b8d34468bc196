import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { publishedObservation, referencePosterior } from '../../../lib/io/reference-posterior';
import * as benchmark from '../../../lib/tasks/benchmark/index';
import { describeReference } from './reference-checks';

describe('publishedObservation', () => {
  it('refuses another task and another observation', () => {
    expect(() => publishedObservation({ name: 'gaussian-10d' }, 1)).toThrow(/two_moons.*gaussian-10d/s);
    for (const k of [0, 11, 1.5]) expect(() => publishedObservation(benchmark.sir(), k)).toThrow(InvalidInputError);
  });

  it('gives what the caller may change', () => {
    const first = publishedObservation(benchmark.sir(), 1);
    first.xObs[0][0] = -1;
    first.theta[0] = -1;
    expect(publishedObservation(benchmark.sir(), 1).xObs[0][0]).toBe(0);
    expect(publishedObservation(benchmark.sir(), 1).theta[0]).toBeGreaterThan(0);
  });
});

describe('referencePosterior', () => {
  it('refuses another task and another observation', () => {
    expect(() => referencePosterior({ name: 'no_moons' }, 1)).toThrow(/two_moons.*no_moons/s);
    expect(() => referencePosterior(benchmark.sir(), 11)).toThrow(InvalidInputError);
  });
});

// the slow tests do the same with all observations and samples
describeReference([1, 8], 2_000);
