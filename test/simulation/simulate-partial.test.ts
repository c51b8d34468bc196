import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { InterruptedError, NonFiniteError } from '../../lib/core/errors';
import { installHost, silentHost } from '../../lib/core/host';
import { simulate } from '../../lib/simulation/simulate';
import { type AnySimulator } from '../../lib/simulation/simulator';
import { bytesOf, modelOf, selfContained } from '../tasks/fixtures';
import { failure, here } from './failure';

describe('NaN and infinite data', () => {
  const broken: AnySimulator = ([a, b]) => (a > 0 ? [a, b > 0 ? NaN : Infinity] : [a, b]);

  it('is refused at the end with how many, the first theta and the remedy, and keeps the finite ones', async () => {
    const error = await failure(broken, 200);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error.message).toMatch(/\d+ of 200 simulations .* first is item \d+ at theta \[.*invalid: 'drop'/);
    const kept = error.partial!;
    expect(kept.x.shape[0]).toBe(200 - kept.dropped);
    kept.dispose();
  });

  it('is dropped and counted on request, with its theta', async () => {
    const sims = await simulate(modelOf(broken), 200, { ...here, invalid: 'drop', mostInvalid: 1 });
    expect(sims.calls).toBe(200);
    expect(sims.theta.shape[0]).toBe(200 - sims.dropped);
    expect(Math.abs(sims.dropped - 100)).toBeLessThan(4 * Math.sqrt(200 * 0.25));
    const { theta, x } = bytesOf(sims);
    expect(theta).toEqual(x);
  });

  it('counts what float32 cannot hold, and refuses to drop everything', async () => {
    const error = await failure(() => [1e39], 5, { invalid: 'drop', mostInvalid: 1 });
    expect(error.message).toMatch(/5 of 5.*No finite simulation/);
    expect(error.partial).toBeUndefined();
  });
});

describe('long simulations', () => {
  afterEach(() => void installHost(silentHost));
  const slow: AnySimulator = ([a]) => {
    const end = performance.now() + 2;
    while (performance.now() < end);
    return [a];
  };

  it('stop within a pause, hold no tensors, and hand over what was done', async () => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 60);
    const begin = performance.now();
    const error = await failure(slow, 5_000, { signal: controller.signal });
    expect(performance.now() - begin).toBeLessThan(1_000);
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.message).toMatch(/stopped after \d+ of 5000/);
    expect(tf.memory().numTensors).toBe(before);
    const kept = error.partial!;
    expect(kept.x.shape).toEqual([kept.calls, 1]);
    expect(kept.calls).toBeGreaterThan(0);
    kept.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stop before the first item with a signal that is aborted already', async () => {
    const error = await failure(slow, 10, { signal: AbortSignal.abort() });
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.partial).toBeUndefined();
  });

  it('let timers run and report progress up to n', async () => {
    const updates: number[] = [];
    installHost({
      report: () => ({ update: (done) => void updates.push(done), resize: () => {}, curve: () => {}, end: () => {} }),
      onInterrupt: () => () => {},
    });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    (await simulate(modelOf(slow), 100, { seed: 1, workers: 0 })).dispose();
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
    expect(updates[updates.length - 1]).toBe(100);
    expect([...updates].sort((a, b) => a - b)).toEqual(updates);
  });

  it('leave two tensors, which dispose frees', async () => {
    const before = tf.memory().numTensors;
    const sims = await simulate(modelOf(selfContained), 10, here);
    const total = tf.tidy(() => sims.theta.sum().add(sims.x.sum()).dataSync()[0]);
    expect(Number.isFinite(total)).toBe(true);
    expect(sims.theta.isDisposed).toBe(false);
    expect(tf.memory().numTensors).toBe(before + 2);
    sims.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
