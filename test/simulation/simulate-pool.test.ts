import '@tensorflow/tfjs-node';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InterruptedError, InvalidInputError } from '../../lib/core/errors';
import { installHost, silentHost } from '../../lib/core/host';
import { rng } from '../../lib/core/rng';
import { simulate } from '../../lib/simulation/simulate';
import { simulateHere } from '../../lib/simulation/simulate-here';
import { simulateInPool } from '../../lib/simulation/simulate-pool';
import { SimulationBuffer } from '../../lib/simulation/simulation-buffer';
import { SimulationError } from '../../lib/simulation/simulation-error';
import type { Simulations } from '../../lib/simulation/simulations';
import { gaussian10d } from '../../lib/tasks/gaussian-linear';
import { batchedSimulator, defineSimulator, type AnySimulator } from '../../lib/simulation/simulator';
import { simulatorModule } from '../../lib/simulation/simulator-module';
import { buildWorker } from './build-worker';
import { bytesOf, modelOf, selfContained } from '../tasks/fixtures';

const quiet = { seed: 5, progress: false } as const;
const fixture = join(__dirname, 'simulator-fixture.cjs');

beforeAll(() => buildWorker(), 60_000);

describe('simulate with workers', () => {
  it.each<[string, AnySimulator]>([
    ['a function', selfContained],
    [
      'a function with constants',
      defineSimulator(([a], rng, { weights }) => Array.from(weights, (w) => w * a + rng.normal()), {
        weights: Float64Array.of(1, 2),
      }),
    ],
    [
      'a function declared by name',
      function named([a], rng) {
        return [a * rng.uniform()];
      },
    ],
    [
      'a method',
      {
        simulate([a]: readonly number[]) {
          return [a];
        },
      }.simulate,
    ],
    [
      'a batched function',
      batchedSimulator((thetas, rng) => thetas.map(([a]) => [a + rng.normal()]), { batchSize: 7 }),
    ],
    ['a module', simulatorModule(fixture, 'simulate')],
    ['a task', gaussian10d().simulator],
  ])('gives the same bytes for 0, 1 and 2 workers: %s', async (_, simulator) => {
    const model = _ === 'a task' ? gaussian10d() : modelOf(simulator);
    const [none, one, two] = [0, 1, 2].map((workers) => simulate(model, 301, { ...quiet, workers }).then(bytesOf));
    expect(await one).toEqual(await none);
    expect(await two).toEqual(await none);
  });

  it('drops and simulates at given parameters as without workers', async () => {
    const theta = Array.from({ length: 50 }, (_, i) => [i, -i]);
    const holes: AnySimulator = ([a], rng) => [a % 5 === 0 ? NaN : a + rng.normal()];
    const [a, b] = await Promise.all(
      [0, 2].map((workers) => simulate(modelOf(holes), 50, { ...quiet, workers, theta, invalid: 'drop' })),
    );
    expect(b.dropped).toBe(10);
    expect(bytesOf(b)).toEqual(bytesOf(a));
  });

  it('never loads TensorFlow.js in a worker', () => {
    const file = join(__dirname, '..', '..', 'lib', 'dist', 'simulation', 'simulate-worker.js');
    const count = "Object.keys(require.cache).filter((f) => f.includes('tensorflow')).length";
    const script = `require(${JSON.stringify(file)}); console.log(${count})`;
    const loaded = execFileSync(process.execPath, ['-e', script]);
    expect(String(loaded).trim()).toBe('0');
  });
});

describe('a simulator that cannot run in a worker', () => {
  afterEach(() => void installHost(silentHost));
  const captured = 2;
  const needsSurroundings: AnySimulator = ([a]) => [a * captured];

  it('is refused with the name it lacks and the remedies, when workers are asked for', async () => {
    const attempt = simulate(modelOf(needsSurroundings), 10, { ...quiet, workers: 2 });
    await expect(attempt).rejects.toThrow(InvalidInputError);
    await expect(attempt).rejects.toThrow(/captured is not defined.*defineSimulator.*simulators\.fromModule/);
  });

  it('is refused where cells of a notebook have rewritten its names', async () => {
    const text = '([a]) => [a * exports.factor]';
    const cell = Object.assign(((theta) => [theta[0] * 2]) as AnySimulator & object, {
      portable: { kind: 'text', text } as const,
    });
    await expect(simulate(modelOf(cell), 10, { ...quiet, workers: 1 })).rejects.toThrow(/exports is not defined/);
  });

  it('is refused for state, Math.random, native functions and constants that cannot travel', async () => {
    const refused = async (simulator: AnySimulator): Promise<string> =>
      simulate(modelOf(simulator), 10, { ...quiet, workers: 1 }).then(
        () => 'not refused',
        (error: Error) => error.message,
      );
    expect(await refused(() => [Math.random()])).toMatch(/Math\.random/);
    expect(await refused(((theta: readonly number[]) => theta).bind(null))).toMatch(/in a worker cannot be made/);
    expect(await refused(defineSimulator(([a], _rng, { f }) => [f(a)], { f: (v: number) => v }))).toMatch(
      /cannot be copied/,
    );
  });

  it('runs in this process with workers: auto, and says so', async () => {
    const notes: (string | undefined)[] = [];
    installHost({
      report: () => ({ update: () => {}, resize: () => {}, curve: () => {}, end: (note) => void notes.push(note) }),
      onInterrupt: () => () => {},
    });
    const busy: AnySimulator = ([a]) => {
      const end = performance.now() + 5;
      while (performance.now() < end);
      return [a * captured];
    };
    const sims = await simulate(modelOf(busy), 450, { seed: 1 });
    sims.dispose();
    expect(notes).toEqual([expect.stringMatching(/in this process: in a worker .*captured is not defined/)]);
  }, 20_000);

  it('is found out late too, and the items that are missing can be done in this process', async () => {
    const branch: AnySimulator = ([a], rng) => [a > 1.5 ? a * captured : a + rng.normal()];
    await expect(simulate(modelOf(branch), 400, { ...quiet, workers: 2 })).rejects.toThrow(/captured is not defined/);
    const root = rng(5);
    const { prior } = modelOf(branch);
    const buffer = new SimulationBuffer(400, prior, root);
    const job = {
      simulator: branch,
      seed: 5,
      root,
      dim: 2,
      buffer,
      tolerance: { failed: 0, invalid: Infinity },
      progress: silentHost.report('', 0),
      signal: new AbortController().signal,
    };
    await simulateHere(job, () => true);
    expect(await simulateInPool(job, 2, 20)).toMatch(/captured/);
    await simulateHere(job);
    const whole = await simulate(modelOf(branch), 400, { ...quiet, workers: 0 });
    expect(Array.from(buffer.collect().x)).toEqual(bytesOf(whole).x);
  });
});

describe('workers at work', () => {
  const busy: AnySimulator = ([a]) => {
    const end = performance.now() + 4;
    while (performance.now() < end);
    return [a];
  };

  it('report the item and theta of a fault', async () => {
    const faulty: AnySimulator = ([a]) => {
      if (a > 2) throw new TypeError('no such world');
      return [a];
    };
    const error = (await simulate(modelOf(faulty), 500, { ...quiet, workers: 2 }).catch(
      (e: unknown) => e,
    )) as SimulationError<Simulations>;
    expect(error).toBeInstanceOf(SimulationError);
    expect(error.message).toMatch(/"TypeError: no such world" at item \d+, theta \[(2|3)\./);
    expect((error.cause as Error).message).toBe('no such world');
    error.partial?.dispose();
  });

  it('stop at once and hand over what was done', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 700);
    const begin = performance.now();
    const error = (await simulate(modelOf(busy), 20_000, { ...quiet, workers: 2, signal: controller.signal }).catch(
      (e: unknown) => e,
    )) as InterruptedError<Simulations>;
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.partial!.calls).toBeGreaterThan(1);
    error.partial!.dispose();
  });
});

describe('simulatorModule', () => {
  it('refuses a missing file and a missing function', () => {
    expect(() => simulatorModule('./no-such-file.cjs')).toThrow(InvalidInputError);
    expect(() => simulatorModule(fixture)).toThrow(/exported as simulator.*simulate, notAFunction/);
    expect(() => simulatorModule(fixture, 'notAFunction')).toThrow(InvalidInputError);
  });
});
