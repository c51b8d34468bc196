/** @typedef {import('./facts.mjs').Facts} Facts */

/**
 * The sentence for a Node version that cannot run the project, or undefined where it can.
 * @param {string} version such as `20.20.2`
 */
export function nodeProblem(version) {
  const [major, minor] = version.split('.').map(Number);
  if ((major === 20 && minor >= 19) || major === 21 || major === 22) return undefined;
  const why = major >= 23 ? 'tfjs-node does not run on Node 23 or newer' : 'the tools need at least Node 20.19';
  return `Node ${version} cannot be used (${why}): install Node 22, for example with "nvm install 22", and run the same command again.`;
}

/** @param {Facts} facts */
function pythonProblem({ python }) {
  const need = 'Python 3.10 or newer';
  const remedy =
    'install it (on Debian or Ubuntu "apt-get install python3 python3-venv") or name one with PYTHON=/path/to/python3';
  if (!python) return `${need} was not found: ${remedy}.`;
  const [major, minor] = python.version;
  if (major < 3 || (major === 3 && minor < 10))
    return `${need} was not found, only Python ${major}.${minor}: ${remedy}.`;
  if (!python.venv) {
    return `Python ${major}.${minor} (${python.command}) cannot make virtual environments: install its venv module (on Debian or Ubuntu "apt-get install python3-venv").`;
  }
  return undefined;
}

/** @param {Facts} facts */
function diskProblem({ freeBytes, neededBytes }) {
  if (freeBytes >= neededBytes) return undefined;
  return `Only ${(freeBytes / 1e9).toFixed(1)} GB are free where the clone lies, and the set-up needs about ${(neededBytes / 1e9).toFixed(1)} GB: free some space or clone to a larger disk.`;
}

/**
 * One sentence with the remedy for each prerequisite that is missing; the set-up cannot go on with any.
 * @param {Facts} facts
 * @returns {string[]}
 */
export function problems(facts) {
  return [nodeProblem(facts.nodeVersion), pythonProblem(facts), diskProblem(facts)].flatMap((text) => text ?? []);
}

/**
 * What the user should know although the set-up goes on: without a compiler or a wheel for this machine, the prebuilt
 * TensorFlow binding has to be downloaded from its makers.
 * @param {Facts} facts
 * @returns {string[]}
 */
export function notes(facts) {
  if (facts.platform !== 'linux-x64') {
    return [
      `Linux on x86-64 is what the project is tested on, this is ${facts.platform}: the prebuilt TensorFlow binding will be downloaded.`,
    ];
  }
  if (!facts.compiler) {
    return [
      'No C++ compiler (g++) was found: the prebuilt TensorFlow binding will be downloaded; where that is out of reach, install g++ (on Debian or Ubuntu "apt-get install g++").',
    ];
  }
  return [];
}
