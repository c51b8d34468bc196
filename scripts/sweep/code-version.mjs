import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fingerprint } from '../setup/fingerprint.mjs';
import { root } from '../setup/paths.mjs';

const built = join(root, 'lib', 'dist');
const studies = join(built, 'studies', 'index.js');
/** Figures as data: no row depends on them. */
const plots = join(built, 'plots', '/');
/** What runs an experiment. */
const engine = join(built, 'experiments', 'index.js');

/**
 * The hash of all that rows depend on besides the definitions of the experiments: every built file of the library that
 * these and what runs them load, and the versions of the packages that it stands on. The modules of the studies are not
 * among the files, since each of their settings has a definition of its own.
 */
export function codeVersion() {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'lib', 'package.json'), 'utf8'));
  const texts = codeFiles().map((name) => `${name}\n${readFileSync(join(built, name), 'utf8')}`);
  return fingerprint([JSON.stringify(dependencies), ...texts]);
}

/** The built files that are the code, as paths from `lib/dist`. */
export function codeFiles() {
  const definitions = new Set([studies, ...required(studies)]);
  const files = [...loadedFrom([studies, engine])].filter((file) => !definitions.has(file) && !file.startsWith(plots));
  return files.map((file) => relative(built, file)).sort();
}

/** The hash of the modules that define the studies of the library, for settings that say nothing of themselves. */
export function studiesVersion() {
  return fingerprint(required(studies).map((file) => readFileSync(file, 'utf8')));
}

/**
 * Built files and all that they load, at once or later.
 * @param {readonly string[]} entries
 */
function loadedFrom(entries) {
  const found = new Set(entries);
  for (const file of found) for (const next of required(file)) found.add(next);
  return found;
}

/**
 * The files of the library that a built file names in `require`.
 * @param {string} file
 */
function required(file) {
  const names = readFileSync(file, 'utf8').matchAll(/\brequire\("(\.[^"]+)"\)/g);
  return Array.from(names, ([, name]) => fileOf(resolve(dirname(file), name))).filter((path) => path.endsWith('.js'));
}

/** @param {string} path as `require` takes it */
function fileOf(path) {
  if (existsSync(`${path}.js`)) return `${path}.js`;
  return existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.js') : path;
}
