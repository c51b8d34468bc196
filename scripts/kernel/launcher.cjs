/**
 * Starts tslab's kernel with its output and its interrupt made reliable. Argument: the connection file that Jupyter wrote.
 */
'use strict';

require('./output.cjs');
require('./interrupt.cjs');

// Jupyter ends its kernels; when it is killed itself nobody would, and a training run would go on unseen.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(1), 2000).unref();

require('tslab/dist/main.js').startKernel({ configPath: process.argv[2], enableFindLocal: false });
