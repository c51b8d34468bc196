import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { probe } from '../../lib/bin/binding.mjs';
import { explainFailure } from '../setup/explain-failure.mjs';
import { text } from '../setup/fingerprint.mjs';
import { cache, root, tensorflowWheel, tfjsNode } from '../setup/paths.mjs';
import { Problem } from '../setup/problem.mjs';
import { CommandFailed, logged, succeeds } from '../setup/run.mjs';
import { doStep, isDone } from '../setup/steps.mjs';
import { engineEnvironment, enginePython, requirements } from './engine-environment.mjs';

/** Says of a folder that it was unpacked, and what with: there is no set-up there. */
const mark = '.deployed';
const wheels = join(cache, 'sweep-wheels');

/** Makes the engine's environment, where it is not there: from the packed wheels in a folder that was unpacked. */
export async function makeEngine() {
  const engine = engineEnvironment(isDeployed() ? wheels : undefined);
  if (!(await isDone(engine))) await doStep(engine);
  return 0;
}

/** Whether this folder was unpacked from what {@link pack} made. */
export function isDeployed() {
  return existsSync(join(root, mark));
}

/**
 * In the place of the set-up, in a folder that was unpacked.
 * @throws Problem where the library does not load on this machine
 */
export async function checkDeployed() {
  if (await succeeds(process.execPath, ['-e', probe])) return;
  const { node, platform } = JSON.parse(text(mark));
  throw new Problem(
    `TensorFlow does not load here: this folder was packed on ${platform} with Node ${node}, this is ` +
      `${process.platform}-${process.arch} with Node ${process.versions.node}.`,
  );
}

/**
 * Packs the clone with all that a sweep needs, for a place without a network: sources, the built library, its packages,
 * TensorFlow, the benchmark's data, and the engine's wheels.
 * @param {string} file
 */
export async function pack(file) {
  await makeEngine();
  process.stdout.write(`Packing into ${file} (some hundred megabytes, some minutes) ...\n`);
  await downloadWheels();
  const list = join(cache, 'sweep-files.txt');
  writeFileSync(list, packedFiles().join('\n'));
  const made = { platform: `${process.platform}-${process.arch}`, node: process.versions.node };
  mkdirSync(join(cache, 'deploy'), { recursive: true });
  writeFileSync(join(cache, 'deploy', mark), `${JSON.stringify(made)}\n`);
  const target = resolve(file);
  const draft = `${target}.tmp`;
  const from = ['--directory', root, '--files-from', list, '--directory', join(cache, 'deploy'), mark];
  try {
    execFileSync('tar', ['--create', '--gzip', '--file', draft, ...from], { stdio: ['ignore', 'ignore', 'inherit'] });
    renameSync(draft, target);
  } catch {
    rmSync(draft, { force: true });
    throw new Problem(`${file} could not be written; what tar said is above.`);
  }
  return 0;
}

/** The engine's packages as files, for this Python and platform. */
async function downloadWheels() {
  rmSync(wheels, { recursive: true, force: true });
  // built where a package has none
  const args = ['-m', 'pip', 'wheel', '--no-deps', '--no-input', '--retries', '2', '--wheel-dir', wheels];
  try {
    await logged('sweep-wheels')(enginePython, [...args, '--requirement', requirements]);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const known = explainFailure(error.log, "Python's package registry");
    throw new Problem(known ?? "The engine's packages could not be packed.", error.tail);
  }
}

/** All that is packed, as paths from the project's root. */
export function packedFiles() {
  const wheel = tensorflowWheel();
  // where TensorFlow came as a download, it lies with its binding
  const tensorflow = wheel
    ? ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) => join(wheel, name))
    : [];
  const made = [join(root, 'lib', 'dist'), join(root, 'data', 'sbibm', 'reference'), wheels, ...tensorflow];
  const links = [join(root, 'node_modules', 'scorebook')];
  return [...tracked(), ...productionPackages(), ...[...made, ...links].map((path) => relative(root, path))];
}

/** The files that git has here; published rows of a paper are among them, so that they count as known there too. */
function tracked() {
  const names = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return names.split('\0').filter((name) => name !== '' && existsSync(join(root, name)));
}

/** The folders of the packages that the library needs when it runs. */
function productionPackages() {
  /** @type {{ packages: Record<string, { dev?: boolean, devOptional?: boolean, link?: boolean }> }} */
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const needed = Object.entries(packages)
    .filter(([path, { dev, devOptional, link }]) => path.startsWith('node_modules/') && !dev && !devOptional && !link)
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)));
  const binding = relative(root, tfjsNode);
  // a package inside another is packed with it
  const outermost = needed.filter((path) => !needed.some((other) => path.startsWith(`${other}/`)));
  return [...new Set([...outermost, binding])];
}
