import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { root } from './paths.mjs';

/**
 * What the prerequisites are judged by.
 * @typedef {object} Facts
 * @property {string} nodeVersion such as `20.20.2`
 * @property {string} platform such as `linux-x64`
 * @property {Python | undefined} python the best Python found
 * @property {boolean} compiler g++ is on the PATH
 * @property {number} freeBytes free space where the clone lies
 * @property {number} neededBytes what the steps still to do will take
 */

/**
 * @typedef {object} Python
 * @property {string} command
 * @property {[number, number]} version
 * @property {boolean} venv it can make virtual environments
 */

const probe =
  'import importlib.util as u, sys; print(*sys.version_info[:2], int(all(map(u.find_spec, ["venv", "ensurepip"]))))';

/**
 * @param {string} command
 * @returns {Python | undefined}
 */
function python(command) {
  try {
    const answer = execFileSync(command, ['-c', probe], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [major, minor, venv] = answer.trim().split(' ').map(Number);
    return { command, version: [major, minor], venv: venv === 1 };
  } catch {
    return undefined;
  }
}

/**
 * How good a Python is for us: libtensorflow's wheel exists for 3.10 to 3.13.
 * @param {Python} candidate
 */
function rank({ version: [major, minor], venv }) {
  const supported = major === 3 && minor >= 10;
  return (supported ? 4 : 0) + (supported && minor <= 13 ? 2 : 0) + (venv ? 1 : 0);
}

/** The names that are tried, the user's own choice first. */
export const pythonNames = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** @returns {Python | undefined} */
function bestPython() {
  if (process.env.PYTHON) return python(process.env.PYTHON);
  /** @type {Python | undefined} */
  let best;
  for (const name of pythonNames) {
    const candidate = python(name);
    if (candidate && (!best || rank(candidate) > rank(best))) best = candidate;
    if (best && rank(best) === 7) break;
  }
  return best;
}

/** @returns {boolean} */
function hasCompiler() {
  try {
    execFileSync('g++', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Looks at this machine.
 * @param {number} neededBytes what the steps still to do will take
 * @returns {Facts}
 */
export function gatherFacts(neededBytes) {
  const disk = statfsSync(root);
  return {
    nodeVersion: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    python: bestPython(),
    compiler: hasCompiler(),
    freeBytes: disk.bavail * disk.bsize,
    neededBytes,
  };
}
