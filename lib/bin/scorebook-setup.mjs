#!/usr/bin/env node
/**
 * Gives the installed tfjs-node its TensorFlow library and the binding to it, from the npm and Python registries alone;
 * what is there already stays. PYTHON names another Python than python3.
 */
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileBinding, linkLibraries, probe, wheelArguments } from './binding.mjs';

const require = createRequire(import.meta.url);
const tfjsNode = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
const headers = join(dirname(require.resolve('node-api-headers/package.json')), 'include');

/**
 * Runs a command. Its output is shown where it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string }} [options]
 * @returns {Promise<void>}
 */
function run(command, args, { cwd = tfjsNode } = {}) {
  const env = { ...process.env, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  return new Promise((resolve, reject) => {
    let log = '';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => (log += chunk));
    child.stderr.on('data', (chunk) => (log += chunk));
    child.on('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(log.trimEnd().slice(-2_000)))));
  });
}

const works = () =>
  run(process.execPath, ['-e', probe]).then(
    () => true,
    () => false,
  );

/** The library from its Python wheel, and the binding compiled. */
async function build() {
  const python = process.env.PYTHON ?? 'python3';
  const target = join(tfjsNode, 'deps', 'python');
  rmSync(target, { recursive: true, force: true });
  await run(python, ['-m', 'pip', 'install', '--no-compile', '--target', target, ...wheelArguments]);
  const wheel = join(target, 'tensorflow');
  if (!existsSync(join(wheel, 'libtensorflow_cc.so.2'))) throw new Error("TensorFlow's wheel has not its library.");
  linkLibraries(tfjsNode, wheel);
  await compileBinding(tfjsNode, headers, run);
}

async function main() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19) || major > 22)
    throw new Error(`Node ${process.versions.node} cannot be used: take Node 22, or 20 from 20.19 on.`);
  if (await works()) return console.log('TensorFlow is ready.');
  console.log('Building the binding to TensorFlow, from its Python wheel (about 300 MB to download) ...');
  try {
    if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('There is no wheel for this platform.');
    await build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.log('It could not be built: downloading the prebuilt binding of its makers ...');
    await run(process.execPath, ['scripts/install.js']);
  }
  if (!(await works())) throw new Error('TensorFlow was installed, but does not work: please report this.');
  console.log('TensorFlow is ready.');
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  console.error('scorebook-setup needs Linux on x86-64 with g++, and Python 3.10 to 3.13 with pip.');
  process.exitCode = 1;
});
