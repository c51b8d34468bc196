import { join } from 'node:path';
import {
  programSimulator,
  type ProgramSimulator,
  type ProgramSimulatorOptions,
} from '../../lib/simulation/program/program-simulator';

/** Where the programs of the tests lie. */
export const programs = join(__dirname, 'programs');

let opened: ProgramSimulator[] = [];

/** A program as a simulator, until `closePrograms`. */
export function opens(options: ProgramSimulatorOptions): ProgramSimulator {
  const simulator = programSimulator(options);
  opened.push(simulator);
  return simulator;
}

/** The Python simulator with a behaviour, `well` or what it does to one call in twenty. */
export function python(behaviour: string, options: Partial<ProgramSimulatorOptions> = {}): ProgramSimulator {
  return opens({ command: ['python3', join(programs, 'simulator.py'), behaviour], processes: 2, ...options });
}

/** Ends all programs of a test. */
export function closePrograms(): void {
  opened.forEach((each) => each.close());
  opened = [];
}
