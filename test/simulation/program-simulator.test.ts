import '@tensorflow/tfjs-node';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InterruptedError, InvalidInputError } from '../../lib/core/errors';
import { csvLines, jsonLines } from '../../lib/simulation/program/line-format';
import {
  programSimulator,
  type ProgramSimulator,
  type ProgramSimulatorOptions,
} from '../../lib/simulation/program/program-simulator';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { simulate } from '../../lib/simulation/simulate';
import { SimulationError } from '../../lib/simulation/simulation-error';
import type { Simulations } from '../../lib/simulation/simulations';
import { bytesOf, modelOf } from '../tasks/fixtures';
import { build } from './build-worker';
import { opens, programs, python, quietPrograms } from './program-fixture';

const quiet = { seed: 3, progress: false } as const;
const drop = { ...quiet, invalid: 'drop' } as const;
const warnings = quietPrograms();

async function failureOf(simulator: ProgramSimulator, n = 5): Promise<SimulationError<Simulations>> {
  return simulate(modelOf(simulator), n, quiet).then(
    () => expect.unreachable('simulate did not throw'),
    (error: SimulationError<Simulations>) => error,
  );
}

describe('a simulator that is a program', () => {
  it('gives the data of its parameters and seeds, the same for any number of processes and calls', async () => {
    const n = 200;
    const made: ReturnType<typeof bytesOf>[] = [];
    for (const options of [{ processes: 1 }, { processes: 3 }, { processes: 2, callsEach: 4 }])
      made.push(bytesOf(await simulate(modelOf(python('well', options)), n, quiet)));
    expect(made[1]).toEqual(made[0]);
    expect(made[2]).toEqual(made[0]);
    const noise = made[0].x.map((value, k) => value - made[0].theta[k]);
    const mean = noise.reduce((sum, z) => sum + z, 0) / noise.length;
    const square = noise.reduce((sum, z) => sum + z * z, 0) / noise.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(2 * n));
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / (2 * n)));
    expect(new Set(noise).size).toBe(2 * n);
  });

  it('keeps its processes for further calls, and starts new ones after it was closed', async () => {
    const echo =
      'import json,os,sys\nfor l in sys.stdin: print(json.dumps({"id":json.loads(l)["id"],"x":os.getpid()}),flush=True)';
    const simulator = opens({ command: ['python3', '-c', echo], processes: 1 });
    const ids = async (): Promise<number[]> => bytesOf(await simulate(modelOf(simulator), 3, quiet)).x;
    const [first, second] = [await ids(), await ids()];
    expect(new Set([...first, ...second]).size).toBe(1);
    simulator.close();
    expect((await ids())[0]).not.toBe(first[0]);
  });
});

describe('a program that fails in some calls', () => {
  it('loses these calls only, also where others were under way in a process that died', async () => {
    const whole = bytesOf(await simulate(modelOf(python('well')), 100, quiet));
    const kept = [];
    for (const simulator of [python('refuses'), python('dies', { processes: 1, callsEach: 4 })]) {
      const sims = await simulate(modelOf(simulator), 100, drop);
      expect(sims.dropped).toBeGreaterThan(0);
      // one in twenty, within four standard errors
      expect(Math.abs(sims.dropped - 5)).toBeLessThan(4 * Math.sqrt(100 * 0.05 * 0.95));
      kept.push(bytesOf(sims));
    }
    expect(kept[1]).toEqual(kept[0]);
    expect(whole.x).toEqual(expect.arrayContaining(kept[0].x));
  });

  it.each([
    ['refuses', {}, /answered the error "no world" at item \d+, theta \[/],
    ['dies', {}, /ended with code 3 before it answered; its standard error ends with "out of luck" at item/],
    ['babbles', {}, /wrote "Traceback: nonsense" in place of an answer such as \{"id": 0.*belong on standard error/s],
    ['mute', {}, /returned undefined at item \d+.*returns an array of numbers/],
    ['hangs', { timeLimit: 0.3, startUp: 2 }, /gave no answer within [\d.]+ s at item/],
  ])('is refused at the first with what it did: it %s', async (behaviour, options, message) => {
    const error = await failureOf(python(behaviour, options), 100);
    expect(error).toBeInstanceOf(SimulationError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/Pass invalid: 'drop'.*error\.partial holds the \d+ finite/);
    const { item } = error.faults[0];
    expect(error.partial!.x.shape[0]).toBeGreaterThanOrEqual(item);
    error.partial!.dispose();
  });

  it('may answer out of order', async () => {
    const inOrder = bytesOf(await simulate(modelOf(python('well')), 40, quiet));
    const backwards = await simulate(modelOf(python('backwards', { processes: 1, callsEach: 2 })), 40, quiet);
    expect(bytesOf(backwards)).toEqual(inOrder);
  });
});

describe('a program that does not work at all', () => {
  const once = (text: string): string[] => ['python3', '-c', text];

  it('is given up soon, in words', async () => {
    const dropped = async (options: ProgramSimulatorOptions): Promise<string> =>
      simulate(modelOf(opens(options)), 1_000, drop).then(
        () => 'not thrown',
        (error: Error) => `${error.name}: ${error.message}`,
      );
    expect(await dropped({ command: ['no-such-program'] })).toMatch(
      /^SimulationError: simulate: the simulator no-such-program could not be started \(.*ENOENT/,
    );
    expect(await dropped({ command: once('import no_such_module') })).toMatch(
      /ended with code 1 before it answered; .*ModuleNotFoundError.*, 3 times before its first answer/,
    );
    const silent = 'import sys\nfor line in sys.stdin: pass';
    expect(await dropped({ command: once(silent), timeLimit: 0.1, startUp: 0.3 })).toMatch(
      /gave no answer within 0\.4 s, 3 times.*flush=True/,
    );
    expect(await dropped({ command: once('print("hello", flush=True); input()') })).toMatch(/wrote "hello"/);
  }, 30_000);

  it('is not needed to know that its options are wrong', () => {
    const command = ['python3'];
    const wrong: ProgramSimulatorOptions[] = [
      { command: [] },
      { command: [''] },
      { command: 'python3 simulator.py' as never },
      { command: [1] as never },
      { command, processes: 0 },
      { command, callsEach: 1.5 },
      { command, timeLimit: 0 },
      { command, startUp: -1 },
      { command, format: 'xml' as never },
    ];
    for (const options of wrong) expect(() => programSimulator(options)).toThrow(InvalidInputError);
  });

  it('cannot give observations at once', () => {
    expect(() => drawObservations(modelOf(python('well')), 2, 1)).toThrow(/asynchronous.*Use \(await simulate/);
  });
});

describe('an interrupt', () => {
  it('hands over what is done, and a process that hangs ends', async () => {
    const controller = new AbortController();
    const simulator = python('hangs', { processes: 1 });
    const work = simulate(modelOf(simulator), 400, { ...quiet, signal: controller.signal });
    setTimeout(() => controller.abort(), 1_000);
    const error = (await work.catch((e: unknown) => e)) as InterruptedError<Simulations>;
    expect(error).toBeInstanceOf(InterruptedError);
    const partial = bytesOf(error.partial!);
    expect(partial.x.length).toBeGreaterThan(0);
    const again = bytesOf(await simulate(modelOf(simulator), 1, quiet));
    expect(again.x).toEqual(partial.x.slice(0, 2));
  });

  it('is not needed for this process to end', () => {
    build(join('simulation', 'program', 'program-simulator.ts'));
    const dist = join(__dirname, '..', '..', 'lib', 'dist');
    const script = `
      const { programSimulator } = require(${JSON.stringify(join(dist, 'simulation', 'program', 'program-simulator.js'))});
      const { rng } = require(${JSON.stringify(join(dist, 'core', 'rng.js'))});
      const simulator = programSimulator({ command: ['python3', ${JSON.stringify(join(programs, 'simulator.py'))}] });
      simulator.later([1, 2], rng(1), new AbortController().signal).then((x) => console.log(x.length));`;
    expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 20_000 }).trim()).toBe('2');
  });
});

describe('lines', () => {
  it('of JSON are read as other languages write them', () => {
    expect(jsonLines.write({ id: 1, theta: [0.5, -1], seed: 7 })).toBe('{"id":1,"theta":[0.5,-1],"seed":7}');
    expect(jsonLines.read('{"id": 1, "x": [1, NaN, -Infinity, null, "NA", "-Inf", 2]}')).toEqual({
      id: 1,
      x: [1, NaN, NaN, NaN, NaN, NaN, 2],
    });
    expect(jsonLines.read('{"x":[NaN],"id":2}')).toEqual({ id: 2, x: [NaN] });
    expect(jsonLines.read('{"id":3,"x":4}')).toEqual({ id: 3, x: [4] });
    expect(jsonLines.read('{"id":3,"x":["a"]}')).toEqual({ id: 3, x: ['a'] });
    expect(jsonLines.read('{"id":3,"error":{"code":1}}')).toEqual({ id: 3, error: '{"code":1}' });
    for (const nonsense of ['', 'hello', '[1]', '3', 'null', '{"x":[1]}', '{"id":"3","x":[1]}', '{"id":1,'])
      expect(jsonLines.read(nonsense), nonsense).toBeUndefined();
  });

  it('of CSV are read with their missing values', () => {
    expect(csvLines.write({ id: 1, theta: [0.5, -1], seed: 7 })).toBe('1,7,0.5,-1');
    expect(csvLines.read('1, 0.5,nan,-inf,NA,1e3\r')).toEqual({ id: 1, x: [0.5, NaN, NaN, NaN, 1000] });
    expect(csvLines.read('1,')).toEqual({ id: 1, x: [''] });
    expect(csvLines.read('1,a')).toEqual({ id: 1, x: ['a'] });
    expect(csvLines.read('1,error,too, far')).toEqual({ id: 1, error: 'too, far' });
    for (const nonsense of ['', 'x,1', ',1', '1.5,2']) expect(csvLines.read(nonsense), nonsense).toBeUndefined();
  });

  it('of CSV serve a program in C', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scorebook-program-'));
    try {
      const program = join(folder, 'simulator');
      execFileSync('g++', ['-x', 'c', join(programs, 'simulator.c'), '-o', program]);
      const theta = [
        [0.5, 1],
        [2, 0],
        [-1, 0.25],
      ];
      const simulator = opens({ command: [program], format: 'csv' });
      const sims = await simulate(modelOf(simulator), 3, { ...drop, theta });
      expect(String(warnings().mock.calls[0][0])).toMatch(/answered the error "a is 2\.00" at item 1, theta \[2, 0\]/);
      const { x } = bytesOf(sims);
      expect(x).toEqual([1.5, -0.5, expect.any(Number), -0.75, -1.25, expect.any(Number)]);
      expect(x[2] + x[5]).toBeLessThanOrEqual(12);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
