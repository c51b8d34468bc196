/** Simulators of other kinds than one function on one parameter vector. */
export { asynchronousSimulator as asynchronous, type AsynchronousSimulatorOptions } from './asynchronous-simulator';
export {
  programSimulator as program,
  type ProgramSimulator,
  type ProgramSimulatorOptions,
} from './program/program-simulator';
export {
  batchedSimulator as batched,
  type AsynchronousSimulator,
  type BatchedSimulator,
  type BatchedSimulatorOptions,
} from './simulator';
export { simulatorModule as fromModule } from './simulator-module';
