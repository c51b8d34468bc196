import { join } from 'node:path';
import { afterEach, beforeEach, vi, type MockInstance } from 'vitest';
import {
  programSimulator,
  type ProgramSimulator,
  type ProgramSimulatorOptions,
} from '../../lib/simulation/program/program-simulator';

/** Where the programs of the tests lie. */
export const programs = join(__dirname, 'programs');

let opened: ProgramSimulator[] = [];

/** A program as a simulator, until the test ends, where `quietPrograms` was called. */
export function opens(options: ProgramSimulatorOptions): ProgramSimulator {
  const simulator = programSimulator(options);
  opened.push(simulator);
  return simulator;
}

/** The Python simulator with a behaviour, `well` or what it does to one call in twenty. */
export function python(behaviour: string, options: Partial<ProgramSimulatorOptions> = {}): ProgramSimulator {
  return opens({ command: ['python3', join(programs, 'simulator.py'), behaviour], processes: 2, ...options });
}

/** Ends all programs after each test, and keeps what is warned of, silently: the spy of the test that runs. */
export function quietPrograms(): () => MockInstance<typeof console.warn> {
  let warn: MockInstance<typeof console.warn>;
  beforeEach(() => void (warn = vi.spyOn(console, 'warn').mockImplementation(() => {})));
  afterEach(() => {
    warn.mockRestore();
    opened.forEach((each) => each.close());
    opened = [];
  });
  return () => warn;
}
