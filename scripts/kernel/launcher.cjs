/**
 * Starts tslab's kernel with its output, its interrupt, the end of its cells and its shorthand properties made
 * reliable. Argument: the connection file that Jupyter wrote.
 */
'use strict';

require('./output.cjs');
require('./interrupt.cjs');
require('./cell-end.cjs');
require('./shorthand.cjs');

// Jupyter ends its kernels; when it is killed itself nobody would, and a training run would go on unseen.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(1), 2000).unref();

// tslab makes the error that an interrupted cell shows here and now: its stack would only show this file.
const { stackTraceLimit } = Error;
Error.stackTraceLimit = 0;
require('tslab/dist/main.js').startKernel({ configPath: process.argv[2], enableFindLocal: false });
Error.stackTraceLimit = stackTraceLimit;
