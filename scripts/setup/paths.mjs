import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone; everything that the scripts make lies below it. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export const cache = join(root, '.cache');
export const venv = join(root, '.venv');
export const venvPython = join(venv, 'bin', 'python');
export const nodeModules = join(root, 'node_modules');
export const notebooks = join(root, 'notebooks');
export const tfjsNode = join(nodeModules, '@tensorflow', 'tfjs-node');

/** The folder of the `tensorflow` wheel inside `.venv`, or undefined where it is not installed. */
export function tensorflowWheel() {
  const lib = join(venv, 'lib');
  const python = existsSync(lib) ? readdirSync(lib).find((name) => name.startsWith('python3')) : undefined;
  const wheel = python && join(lib, python, 'site-packages', 'tensorflow');
  return wheel && existsSync(join(wheel, 'libtensorflow_cc.so.2')) ? wheel : undefined;
}
