/**
 * The test files that need a process of their own; all others share a few, in which the library and TensorFlow are
 * loaded once. A file belongs here if it replaces modules, moves to another backend, or measures the memory of its
 * process: what other files loaded, or will find, would differ. Files that install a host, or change the folder or the
 * environment, put these back and may stay among the others.
 */
export const alone = [
  'test/graph/memory.slow.test.ts',
  'test/graph/other-backend.test.ts',
  'test/io/saved-estimator-folder.test.ts',
  'test/samplers/convergence-order.slow.test.ts',
];
