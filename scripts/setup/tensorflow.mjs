import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileBinding, linkLibraries, probe, version, wheelArguments } from '../../lib/bin/binding.mjs';
import { text } from './fingerprint.mjs';
import { nodeModules, tensorflowWheel, tfjsNode, venvPython } from './paths.mjs';
import { Problem } from './problem.mjs';
import { CommandFailed, succeeds } from './run.mjs';

/**
 * Puts libtensorflow's wheel into `.venv`.
 * @param {import('./steps.mjs').Run} run
 */
async function installWheel(run) {
  await run(venvPython, ['-m', 'pip', 'install', ...wheelArguments]);
  if (!tensorflowWheel()) await run(venvPython, ['-m', 'pip', 'install', '--force-reinstall', ...wheelArguments]);
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
    text('lib', 'bin', 'binding.mjs'),
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
    linkLibraries(tfjsNode, wheel);
    await compileBinding(tfjsNode, join(nodeModules, 'node-api-headers', 'include'), run);
  },
});
