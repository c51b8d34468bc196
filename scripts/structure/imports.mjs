import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import ts from 'typescript';

/**
 * @typedef {object} Source
 * @property {string} path from lib/, such as `graph/compile.ts`
 * @property {string[]} local paths from lib/ of the sources it imports
 * @property {string[]} packages packages and Node modules it imports
 * @property {boolean} defaultExport it has a default export
 */

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourcesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['dist', 'node_modules'].includes(entry.name) ? [] : sourcesBelow(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

/**
 * Every source of the library with what it imports, types and lazy imports included.
 * @param {string} lib the folder of the library
 * @returns {Source[]}
 */
export function readSources(lib) {
  const files = sourcesBelow(lib);
  const known = new Set(files.map((file) => relative(lib, file)));
  return files.map((file) => {
    const content = readFileSync(file, 'utf8');
    const names = ts.preProcessFile(content, true, true).importedFiles.map(({ fileName }) => fileName);
    const local = names
      .filter((name) => name.startsWith('.'))
      .map((name) => normalize(relative(lib, join(dirname(file), name))))
      .map((path) => [`${path}.ts`, join(path, 'index.ts'), path].find((candidate) => known.has(candidate)) ?? path);
    return {
      path: relative(lib, file),
      local,
      packages: names.filter((name) => !name.startsWith('.')),
      defaultExport: /^export default\b|\bas default\b/m.test(content),
    };
  });
}

/**
 * The first circle of imports, as the paths along it, or undefined.
 * @param {readonly Source[]} sources
 * @returns {string[] | undefined}
 */
export function findCycle(sources) {
  const imports = new Map(sources.map(({ path, local }) => [path, local]));
  /** @type {Set<string>} */
  const finished = new Set();
  /** @type {(path: string, trail: string[]) => string[] | undefined} */
  const visit = (path, trail) => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (finished.has(path)) return undefined;
    for (const next of imports.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle) return cycle;
    }
    finished.add(path);
    return undefined;
  };
  for (const { path } of sources) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return undefined;
}
