import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arrows, mayUseNode, nodeOnly } from '../../scripts/structure/arrows.mjs';
import { findCycle, readSources } from '../../scripts/structure/imports.mjs';

const sources = readSources(join(__dirname, '..', '..', 'lib'));
const folderOf = (path: string): string => (path.includes('/') ? path.split('/')[0] : '');

describe('the sources of lib/', () => {
  it('import only what the table of arrows lets their folder import', () => {
    const wrong = sources
      .filter(({ path }) => folderOf(path) !== '')
      .flatMap(({ path, local }) => {
        const from = folderOf(path);
        const allowed = [from, ...(arrows[from] ?? [])];
        return local.filter((target) => !allowed.includes(folderOf(target))).map((target) => `${path} -> ${target}`);
      });
    expect(wrong).toEqual([]);
  });

  it('use every permission of the table', () => {
    const used = new Set(
      sources.flatMap(({ path, local }) => local.map((target) => `${folderOf(path)} -> ${folderOf(target)}`)),
    );
    const unused = Object.entries(arrows).flatMap(([from, targets]) =>
      targets.map((target) => `${from} -> ${target}`).filter((arrow) => !used.has(arrow)),
    );
    expect(unused).toEqual([]);
  });

  it('lie in the folders of the table, or are the entry point', () => {
    const folders = new Set(sources.map(({ path }) => folderOf(path)));
    const strangers = [...folders].filter((folder) => folder !== '' && !(folder in arrows));
    expect(strangers).toEqual([]);
    expect(sources.filter(({ path }) => folderOf(path) === '').map(({ path }) => path)).toEqual(['index.ts']);
  });

  it('never import in a circle', () => {
    expect(findCycle(sources)).toBeUndefined();
  });

  it('touch Node and its packages only in graph, io, notebook, data and the workers of simulate', () => {
    const isNode = (name: string): boolean =>
      name.startsWith('node:') ||
      builtinModules.includes(name) ||
      nodeOnly.some((only) => name === only || name.startsWith(`${only}/`));
    const wrong = sources
      .filter(({ path }) => !mayUseNode(path))
      .flatMap(({ path, packages }) => packages.filter(isNode).map((name) => `${path} -> ${name}`));
    expect(wrong).toEqual([]);
  });

  it('have no default exports and no catch-all file', () => {
    expect(sources.filter(({ defaultExport }) => defaultExport).map(({ path }) => path)).toEqual([]);
    expect(
      sources.filter(({ path }) => /(^|\/)(utils?|helpers?|misc)\.ts$/.test(path)).map(({ path }) => path),
    ).toEqual([]);
  });
});

describe('findCycle', () => {
  const source = (path: string, ...local: string[]) => ({ path, local, packages: [], defaultExport: false });

  it('finds a circle over several files', () => {
    expect(findCycle([source('a', 'b'), source('b', 'c'), source('c', 'b')])).toEqual(['b', 'c', 'b']);
  });

  it('is content with two ways to one file', () => {
    expect(findCycle([source('a', 'b', 'c'), source('b', 'd'), source('c', 'd'), source('d')])).toBeUndefined();
  });
});
