import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from '../setup/paths.mjs';

/** The pages of the site besides the README, in their order. */
const pages = [
  'CHANGELOG.md',
  'lib/README.md',
  'lib/PACKAGE.md',
  'lib/scores-in-rounds.md',
  'lib/studies/README.md',
  'lib/studies/sweeps.md',
  'results/README.md',
  'bench/README.md',
  'data/published/README.md',
  'data/sbibm/README.md',
];

/**
 * Copies the pages and what they show to the same places below a folder, each with its title for the navigation.
 * @param {string} folder
 * @returns {string[]} the documents, without the README
 */
export function copyPages(folder) {
  const records = readdirSync(join(root, 'lib', 'adr')).map((name) => `lib/adr/${name}`);
  for (const path of ['README.md', ...pages, ...records]) {
    // a heading's place is named by its words, those in code too
    const text = readFileSync(join(root, path), 'utf8').replace(/^##+ .*$/gm, (line) => line.replaceAll('`', ''));
    const group = records.includes(path) ? 'Records' : 'Pages';
    write(join(folder, path), path === 'README.md' ? text : titled(text, group));
    for (const picture of picturesOf(text)) {
      const place = normalize(join(dirname(path), picture));
      mkdirSync(dirname(join(folder, place)), { recursive: true });
      copyFileSync(join(root, place), join(folder, place));
    }
  }
  return [...pages, ...records.sort()].map((path) => join(folder, path));
}

/**
 * A page whose first heading is its title.
 * @param {string} text
 * @param {string} group where it stands in the navigation
 */
export function titled(text, group) {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? group;
  return `---\ntitle: ${JSON.stringify(title.replaceAll('`', ''))}\ngroup: ${group}\n---\n\n${text}`;
}

/** @param {string} text */
function picturesOf(text) {
  return [...text.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, path]) => path);
}

/**
 * @param {string} path
 * @param {string} text
 */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
