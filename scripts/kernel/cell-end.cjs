/**
 * How a cell ends that is stopped or fails.
 *
 * tslab ends a cell as soon as the stop button is pressed, while the work in it goes on to its own end, unheard. Here
 * the first press only tells those who listen (long work of the library does), so that the cell ends by itself: its
 * `catch` and `finally` run, and its error says what became of the work. A second press, or one that nobody hears, ends
 * the cell at once.
 *
 * The error that ends a cell is handed to the library, which keeps the work done so far. An interrupt is no fault:
 * its stack is not shown.
 */
'use strict';

const executor = require('tslab/dist/executor.js');
const { listeningWork } = require('./interrupt.cjs');

const { createExecutor } = executor;
executor.createExecutor = (folder, converters, console) => {
  const error = (...what) => {
    const [failure] = what;
    if (!(failure instanceof Error)) return console.error(...what);
    console.error(failure.name === 'InterruptedError' ? `${failure.name}: ${failure.message}` : failure);
    process.emit('scorebook:cell-failed', failure);
  };
  const made = createExecutor(folder, converters, { ...console, error });
  let pressed = false;
  return {
    ...made,
    execute(source) {
      pressed = false;
      return made.execute(source);
    },
    interrupt() {
      if (!pressed && listeningWork() > 0) pressed = true;
      else made.interrupt();
    },
  };
};
