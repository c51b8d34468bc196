import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { demand, refuse } from '../core/checks';
import type { Simulator } from './simulator';

/**
 * A simulator exported by a CommonJS module, which workers load themselves: for simulators with imports of their own.
 * @param path of a JavaScript file, absolute or relative to the working directory.
 * @param exportName the exported function (theta, rng) => numbers. Default `simulator`.
 * @throws InvalidInputError where the module has no such function.
 * @example
 * const simulator = simulators.fromModule('./my-simulator.js', 'simulate');
 */
export function simulatorModule(path: string, exportName = 'simulator'): Simulator {
  demand('simulators.fromModule: path', typeof path === 'string' && path !== '', 'the path of a JavaScript file', path);
  const absolute = resolve(path);
  const simulator = loadSimulator(absolute, exportName);
  return Object.assign(((theta, rng) => simulator(theta, rng)) as Simulator, {
    portable: { kind: 'module', path: absolute, exportName } as const,
  });
}

/** The function that a module exports by a name. */
export function loadSimulator(path: string, exportName: string): Simulator {
  let loaded: Record<string, unknown>;
  try {
    loaded = createRequire(path)(path) as Record<string, unknown>;
  } catch (error) {
    refuse('simulators.fromModule', `a JavaScript module at ${path}`, String(error).split('\n')[0]);
  }
  demand(
    'simulators.fromModule',
    typeof loaded[exportName] === 'function',
    `a function exported as ${exportName}`,
    `the exports ${Object.keys(loaded).join(', ') || '(none)'}`,
  );
  return loaded[exportName] as Simulator;
}
