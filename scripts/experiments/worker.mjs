import { loadLibrary } from './definition.mjs';
import { runCells } from './run-cells.mjs';

/**
 * A process of a sweep: is told one run after the other, and keeps each in the store itself. The parent says when to
 * stop; where the parent is gone, so is this process.
 *
 * @typedef {import('./run-cells.mjs').RunName & { experiment: number }} Order
 * @typedef {import('scorebook').experiments.RunFailure} RunFailure
 * @typedef {{ ready: true } | { failures: RunFailure[] } | { stopped: true } | { broken: string }} Answer
 */

// Ctrl-C reaches all processes of a terminal
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));

/** @param {Answer} answer */
const answer = (answer) => process.send?.(answer);
const stop = new AbortController();

/** @type {{ definition: string, options: import('./definition.mjs').Options }} */
const { definition, options } = JSON.parse(process.argv[2]);
const library = loadLibrary();
library.host.installHost(library.host.silentHost);
/** @type {import('./definition.mjs').Definition} */
const module = await import(definition);
const experiments = module.experiments(library, options);

process.on('message', async (/** @type {Order | { stop: true }} */ order) => {
  if ('stop' in order) {
    stop.abort();
    return;
  }
  const { notebook, experiment } = experiments[order.experiment];
  try {
    const results = library.openResults(notebook);
    answer({ failures: [...(await runCells(library, experiment, order, results, stop.signal))] });
  } catch (error) {
    if (error instanceof library.InterruptedError) answer({ stopped: true });
    else answer({ broken: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
answer({ ready: true });
