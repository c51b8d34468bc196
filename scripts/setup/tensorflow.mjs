import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { nodeModules, tensorflowWheel, tfjsNode, venvPython } from './paths.mjs';
import { Problem } from './problem.mjs';
import { CommandFailed, succeeds } from './run.mjs';

/** Newer than the 2.9 that tfjs-node was made with: the C API is stable, and this one comes from a package registry. */
const version = '2.21.0';

const probe = `const tf = require('@tensorflow/tfjs-node'); process.exit(tf.ones([2, 2]).sum().dataSync()[0] === 4 ? 0 : 1)`;

/**
 * Puts libtensorflow's wheel into `.venv`.
 * @param {import('./steps.mjs').Run} run
 */
async function installWheel(run) {
  const options = ['--no-deps', '--no-input', '--retries', '2', '--only-binary=:all:'];
  // Without its dependencies: only its shared libraries and headers are used, never its Python.
  await run(venvPython, ['-m', 'pip', 'install', ...options, `tensorflow-cpu==${version}`]);
  if (!tensorflowWheel())
    await run(venvPython, ['-m', 'pip', 'install', '--force-reinstall', ...options, `tensorflow-cpu==${version}`]);
}

/**
 * Lays the wheel's libraries and headers where tfjs-node looks for libtensorflow.
 * @param {string} wheel
 */
function linkLibraries(wheel) {
  const deps = join(tfjsNode, 'deps');
  rmSync(deps, { recursive: true, force: true });
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
 * @param {import('./steps.mjs').Run} run
 */
async function compile(run) {
  const require = createRequire(join(tfjsNode, 'package.json'));
  /** @type {string} */
  const binding = require('@mapbox/node-pre-gyp').find(join(tfjsNode, 'package.json'));
  const napi = /napi-v(\d+)/.exec(binding)?.[1] ?? '8';
  mkdirSync(dirname(binding), { recursive: true });
  const temporary = `${binding}.tmp`;
  const sources = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'];
  const flags = ['-shared', '-fPIC', '-O2', '-std=gnu++17', '-pthread', '-fno-rtti', '-fno-exceptions', '-w'];
  const includes = ['-I..', '-Ideps/include', `-I${join(nodeModules, 'node-api-headers', 'include')}`];
  const libraries = ['-Ldeps/lib', '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  await run('g++', [...flags, `-DNAPI_VERSION=${napi}`, ...includes, ...sources, '-o', temporary, ...libraries], {
    cwd: tfjsNode,
  });
  renameSync(temporary, binding);
}

/**
 * The package's own way: downloads libtensorflow and a prebuilt binding.
 * @param {import('./steps.mjs').Run} run
 */
async function download(run, /** @type {string} */ why) {
  try {
    await run(process.execPath, ['scripts/install.js'], { cwd: tfjsNode });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new Problem(
      `The TensorFlow binding could not be built (${why}) and its prebuilt form could not be downloaded: use Linux on x86-64 with g++ (on Debian or Ubuntu "apt-get install g++") and Python 3.10 to 3.13, and run the same command again.`,
      error.tail,
    );
  }
  return `${why}: the prebuilt binding was downloaded instead`;
}

/**
 * The step that gives tfjs-node its library and its binding.
 * @param {() => import('./facts.mjs').Facts} facts
 * @returns {import('./steps.mjs').Step}
 */
export const tensorflow = (facts) => ({
  name: 'tensorflow',
  does: `libtensorflow ${version} from its Python wheel, and tfjs-node's binding to it`,
  bytes: 1.6e9,
  registry: "Python's package registry",
  inputs: () => [
    version,
    readFileSync(join(tfjsNode, 'package.json'), 'utf8'),
    readFileSync(new URL(import.meta.url), 'utf8'),
  ],
  isThere: () => succeeds(process.execPath, ['-e', probe]),
  async make(run) {
    const { platform, compiler } = facts();
    if (platform !== 'linux-x64') return download(run, `there is no wheel for ${platform}`);
    if (!compiler) return download(run, 'there is no C++ compiler');
    try {
      await installWheel(run);
    } catch (error) {
      if (error instanceof CommandFailed && /No matching distribution found/.test(error.log)) {
        return download(run, 'there is no wheel for this Python');
      }
      throw error;
    }
    const wheel = tensorflowWheel();
    if (!wheel || !existsSync(join(wheel, 'include')))
      throw new Problem(`TensorFlow ${version}'s wheel has not the expected files.`);
    linkLibraries(wheel);
    await compile(run);
  },
});
