import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** Newer than the 2.9 that tfjs-node was made with: the C API is stable, and this one comes from a package registry. */
export const version = '2.21.0';

/** A program for Node that ends with code 0 where tfjs-node works. */
export const probe = `const tf = require('@tensorflow/tfjs-node'); process.exit(tf.ones([2, 2]).sum().dataSync()[0] === 4 ? 0 : 1)`;

/** How pip installs the wheel: without its dependencies, since only its shared libraries and headers are used. */
export const wheelArguments = [
  ...['--no-deps', '--no-input', '--retries', '2', '--only-binary=:all:'],
  `tensorflow-cpu==${version}`,
];

/**
 * Lays the wheel's libraries and headers where tfjs-node looks for libtensorflow.
 * @param {string} tfjsNode the folder of the package tfjs-node
 * @param {string} wheel the folder `tensorflow` of the wheel
 */
export function linkLibraries(tfjsNode, wheel) {
  const deps = join(tfjsNode, 'deps');
  for (const name of ['lib', 'include']) rmSync(join(deps, name), { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  const link = (/** @type {string} */ name, /** @type {string} */ target) =>
    symlinkSync(relative(dirname(join(deps, name)), join(wheel, target)), join(deps, name));
  link('include', 'include');
  for (const name of ['libtensorflow.so', 'libtensorflow.so.2', 'libtensorflow_cc.so.2']) {
    link(`lib/${name}`, 'libtensorflow_cc.so.2');
  }
  for (const name of ['libtensorflow_framework.so', 'libtensorflow_framework.so.2']) {
    link(`lib/${name}`, 'libtensorflow_framework.so.2');
  }
}

/**
 * Compiles the binding's two C++ files. tfjs-node's own recipe (node-gyp) does the same, but first downloads Node's
 * headers; the binding needs only Node-API, whose headers are an npm package.
 * @param {string} tfjsNode the folder of the package tfjs-node
 * @param {string} headers the folder `include` of the package node-api-headers
 * @param {(command: string, args: string[], options: { cwd: string }) => Promise<void>} run
 */
export async function compileBinding(tfjsNode, headers, run) {
  const require = createRequire(join(tfjsNode, 'package.json'));
  /** @type {string} */
  const binding = require('@mapbox/node-pre-gyp').find(join(tfjsNode, 'package.json'));
  const napi = /napi-v(\d+)/.exec(binding)?.[1] ?? '8';
  mkdirSync(dirname(binding), { recursive: true });
  const temporary = `${binding}.tmp`;
  const sources = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'];
  const flags = ['-shared', '-fPIC', '-O2', '-std=gnu++17', '-pthread', '-fno-rtti', '-fno-exceptions', '-w'];
  const includes = ['-I..', '-Ideps/include', `-I${headers}`];
  const libraries = ['-Ldeps/lib', '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  await run('g++', [...flags, `-DNAPI_VERSION=${napi}`, ...includes, ...sources, '-o', temporary, ...libraries], {
    cwd: tfjsNode,
  });
  renameSync(temporary, binding);
}
